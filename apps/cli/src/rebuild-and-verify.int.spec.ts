import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { inboxPrefix } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { openPool } from '@holdfast/read-models';
import { startNats, startPostgres, testCommit } from '@holdfast/testing';
import type { TestDatabase, TestNats } from '@holdfast/testing';

import { run } from './program.js';

const holdfast = async (...args: string[]): Promise<{ code: number; lines: string[] }> => {
  const lines: string[] = [];
  const code = await run(['node', 'holdfast', ...args], {
    out: (line) => void lines.push(...line.split('\n')),
    err: () => undefined,
    toldToEnd: () => new AbortController().signal,
  });
  return { code, lines };
};

describe('holdfast rebuild and holdfast verify', () => {
  let nats: TestNats;
  let database: TestDatabase;
  let nc: NatsConnection;

  beforeAll(async () => {
    [nats, database] = await Promise.all([startNats({ secure: true }), startPostgres()]);
    const { host, password: pass } = new URL(nats.url('store'));
    nc = await connect({ servers: host, user: 'store', pass, inboxPrefix: inboxPrefix('store') });
    const log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
    for (const [index, names] of [['web-1', 'web-2'], ['web-3']].entries()) {
      await log.append({ ...testCommit(`commit-${index}`, names), expectedSequence: index });
    }
    log.close();
    process.env['HOLDFAST_NATS_URL'] = nats.url('operator');
    process.env['HOLDFAST_DATABASE_URL'] = database.url;
  });

  afterAll(async () => {
    delete process.env['HOLDFAST_NATS_URL'];
    delete process.env['HOLDFAST_DATABASE_URL'];
    await nc?.close();
    await database?.close();
    await nats?.close();
  });

  it('make the rows from the log, and find them right', async () => {
    expect(await holdfast('rebuild')).toMatchObject({
      code: 0,
      lines: [expect.stringMatching(/^3 events up to commit 2 in .* generation 2 is live$/)],
    });
    const { code, lines } = await holdfast('verify');
    expect(code).toBe(0);
    expect(lines.at(-1)).toMatch(/^the rows are what the log says up to commit 2/);
  });

  it('tell programs each step as a line of JSON', async () => {
    const { code, lines } = await holdfast('rebuild', '-o', 'json');
    expect(code).toBe(0);
    const steps = lines.map((line) => JSON.parse(line) as { step: string });
    expect(steps.map(({ step }) => step)).toEqual(['load', 'index', 'catch-up', 'switch', 'drop', 'done']);
    expect(steps[0]).toMatchObject({ sequence: 2, upTo: 2, events: 3, secondsLeft: 0 });
    expect(steps.at(-1)).toMatchObject({ sequence: 2, events: 3 });
  });

  it('fail and name the row when somebody has tampered with it', async () => {
    const pool = openPool({ url: database.url, name: 'spec' });
    const { rows } = await pool.query<{ number: number }>('SELECT number FROM holdfast.generations');
    await pool.query(`UPDATE holdfast_g${rows[0]?.number}.versions SET actor = 'mallory' WHERE name = 'web-2'`);
    await pool.end();

    const { code, lines } = await holdfast('verify');

    expect(code).toBe(1);
    expect(lines).toContainEqual('  changed in versions: 1025 (/configmaps/default/web-2)');
    expect(lines.at(-1)).toContain('run holdfast rebuild');
  });

  it('end with 78 when they do not know where log and database are', async () => {
    delete process.env['HOLDFAST_NATS_URL'];
    const { code } = await holdfast('verify', '--dir', '/nowhere');
    expect(code).toBe(78);
  });
});
