import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, inboxPrefix, PROJECTOR_NUDGE_SUBJECT } from '@holdfast/contracts';
import { CheckpointMismatch, JetStreamCommitLog } from '@holdfast/log';
import { eventually, startNats, startOwnPostgres } from '@holdfast/testing';
import type { TestNats, TestPostgres } from '@holdfast/testing';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Pool } from 'pg';
import { openPool } from '../pool.js';
import { ReadModels } from '../read-models.js';
import { migrate } from '../schema/migrate.js';
import { rack, WrittenLog } from '../written-log.fixtures.js';
import { verify } from '../verify/verify.js';
import type { Change } from '../written-log.fixtures.js';
import { ProjectionBehind, ProjectionWatch } from './projection-watch.js';
import { runProjector } from './run-projector.js';
import type { ProjectorReport } from './run-projector.js';

interface RunningProjector {
  readonly reports: ProjectorReport[];
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
  readonly isWorking: () => boolean;
}

const soon = (ms = 10_000): { deadline: number } => ({ deadline: Date.now() + ms });

describe('projectors', () => {
  let postgres: TestPostgres;
  let databaseUrl: string;
  let nats: TestNats;
  let pool: Pool;
  let models: ReadModels;
  let log: JetStreamCommitLog;
  let written: WrittenLog;
  let watch: ProjectionWatch;
  let databases = 0;
  let connections: NatsConnection[];
  let projectors: RunningProjector[];

  const connectAs = async (user: 'store' | 'gateway'): Promise<NatsConnection> => {
    const { host, password: pass } = new URL(nats.url(user));
    const options = { servers: host, user, pass, inboxPrefix: inboxPrefix(user) };
    const nc = await connect({ ...options, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
    connections.push(nc);
    return nc;
  };

  beforeAll(async () => {
    postgres = await startOwnPostgres();
  });

  afterAll(async () => {
    await postgres?.close();
  });

  beforeEach(async () => {
    [connections, projectors] = [[], []];
    databaseUrl = await postgres.createDatabase(`spec_${++databases}`);
    nats = await startNats({ secure: true });
    pool = openPool({ url: databaseUrl, name: 'spec' });
    models = new ReadModels(pool);
    log = await JetStreamCommitLog.open({
      nc: await connectAs('store'),
      replicas: 1,
      create: true,
      sync: { monitorUrl: nats.monitorUrl },
    });
    written = new WrittenLog();
    watch = new ProjectionWatch(await connectAs('gateway'));
  });

  afterEach(async () => {
    watch?.close();
    await Promise.allSettled(projectors.map((projector) => projector.stop()));
    await pool?.end();
    log?.close();
    await Promise.allSettled(connections.map((nc) => nc.close()));
    await nats?.close();
  });

  const append = async (...changes: Change[]): Promise<number> => {
    written.commit(...changes);
    const data = written.data.at(-1) as Buffer;
    const id = written.last.header.id;
    expect(await log.append({ id, data, expectedSequence: written.end - 1 })).toMatchObject({ status: 'accepted' });
    return boundaryOf(written.end);
  };
  const start = async (): Promise<RunningProjector> => {
    const [nc, stopping] = [await connectAs('store'), new AbortController()];
    const reports: ProjectorReport[] = [];
    const report = (said: ProjectorReport): void => void reports.push(said);
    const ended = runProjector({ log, databaseUrl, nc, signal: stopping.signal, report });
    ended.catch(() => undefined);
    const projector: RunningProjector = {
      reports,
      ended,
      isWorking: () => reports.some(({ status }) => status === 'working'),
      stop: async () => {
        stopping.abort();
        await ended;
      },
    };
    projectors.push(projector);
    return projector;
  };
  const namesListed = async (): Promise<string[]> => {
    const names: string[] = [];
    const list = await models.list({ group: 'inventory.holdfast.dev', resource: 'racks' });
    for await (const { objects } of list.pages) names.push(...objects.map(({ name }) => name));
    return names;
  };

  it('bring an empty database to the end of the log, and keep it there', async () => {
    await append({ key: rack('a'), state: {} });
    await start();

    await watch.waitUntil(await append({ key: rack('b'), state: {} }), soon());
    expect(await namesListed()).toEqual(['a', 'b']);
    await watch.waitUntil(await append({ key: rack('a'), state: undefined }), soon());
    expect(await namesListed()).toEqual(['b']);
  });

  it('make a commit that comes alone visible at once', async () => {
    const projector = await start();
    await eventually(projector.isWorking);
    const boundary = await append({ key: rack('a'), state: {} });

    await watch.waitUntil(boundary, soon());

    const projected = projector.reports.find((report) => report.status === 'projected');
    expect(projected).toMatchObject({ sequence: 1, events: 1 });
  });

  it('tell a reader who waits for what they cannot reach how far they are', async () => {
    await start();
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());

    await expect(watch.waitUntil(boundaryOf(7), soon(300))).rejects.toEqual(
      new ProjectionBehind(boundaryOf(7), boundaryOf(1)),
    );
  });

  it('let one of them work, and another take over when it stops', async () => {
    const first = await start();
    await eventually(first.isWorking);
    const second = await start();
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());
    expect(second.isWorking()).toBe(false);

    await first.stop();
    await watch.waitUntil(await append({ key: rack('b'), state: {} }), soon());

    expect(second.isWorking()).toBe(true);
    expect(await namesListed()).toEqual(['a', 'b']);
  });

  it('take over from one whose process is stopped: it listens, but says nothing', async () => {
    (await connectAs('store')).subscribe(PROJECTOR_NUDGE_SUBJECT);
    await start();

    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());
  });

  it('go back to standing by when another has moved the checkpoint', async () => {
    const first = await start();
    await eventually(first.isWorking);
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());
    await pool.query('UPDATE holdfast.generations SET sequence = 0');
    await pool.query('TRUNCATE holdfast_g1.versions, holdfast_g1.commits');

    await watch.waitUntil(await append({ key: rack('b'), state: {} }), soon());

    expect(first.reports.map(({ status }) => status).filter((status) => status !== 'projected')).toEqual([
      'standing-by',
      'working',
      'standing-by',
      'working',
    ]);
    expect(await namesListed()).toEqual(['a', 'b']);
  });

  it('wait while PostgreSQL is away, and catch up alone', async () => {
    const projector = await start();
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());

    await postgres.kill9();
    const boundary = await append({ key: rack('b'), state: {} });
    await eventually(() => projector.reports.some(({ status }) => status === 'waiting'));
    await postgres.restart();

    await watch.waitUntil(boundary, soon());
    expect(await eventually(namesListed)).toEqual(['a', 'b']);
  });

  it('start while PostgreSQL is away', async () => {
    await postgres.stop();
    const projector = await start();
    const boundary = await append({ key: rack('a'), state: {} });
    await eventually(() => projector.reports.some(({ status }) => status === 'waiting'));
    await postgres.restart();

    await watch.waitUntil(boundary, soon());
  });

  it('make everything again when the database was dropped under them', async () => {
    await start();
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());
    await pool.query('DROP SCHEMA holdfast CASCADE; DROP SCHEMA holdfast_g1 CASCADE');

    const boundary = await append({ key: rack('b'), state: {} });

    await eventually(async () => (await models.checkpoint()).boundary === boundary);
    expect(await namesListed()).toEqual(['a', 'b']);
  });

  it('make the rows that the log says, two at once, while their connections are killed all the time', async () => {
    await Promise.all([start(), start()]);
    let boundary = 0;
    for (let n = 1; n <= 60; n++) {
      boundary = await append(
        {
          key: rack(`rack-${n % 7}`),
          state: n % 5 === 0 && written.exists(rack(`rack-${n % 7}`)) ? undefined : { spec: { n } },
        },
        { key: rack('busy'), state: { spec: { n } } },
      );
      if (n % 10 === 0) await killProjectors(pool);
    }

    await watch.waitUntil(boundary, soon(20_000));

    const { signal } = new AbortController();
    expect(await verify({ log, databaseUrl, signal, report: () => undefined })).toMatchObject({
      same: true,
      sequence: 60,
    });
  });

  it('stop with the reason when the checkpoint is of another log', async () => {
    await migrate(databaseUrl);
    await pool.query(
      `UPDATE holdfast.generations SET stream = 'HOLDFAST_LOG', stream_created = '2020-02-02T02:02:02Z'`,
    );
    const { ended } = await start();

    await expect(ended).rejects.toThrow(CheckpointMismatch);
    await expect(ended).rejects.toThrow('2020-02-02T02:02:02Z');
  });

  it('stop with the reason when the log ends before the checkpoint: it lost its tail', async () => {
    const first = await start();
    await watch.waitUntil(await append({ key: rack('a'), state: {} }), soon());
    await first.stop();
    await pool.query('UPDATE holdfast.generations SET sequence = 9');
    const { ended } = await start();

    await expect(ended).rejects.toThrow('the checkpoint stands at sequence 9, the log ends at 1');
  });
});

const killProjectors = async (pool: Pool): Promise<void> => {
  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'holdfast-projector'`,
  );
};
