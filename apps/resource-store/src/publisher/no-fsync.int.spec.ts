import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EVENTS_STREAM, PUBLIC_API } from '@holdfast/contracts';
import { Link, Requests } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { eventually, startNats, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestNats } from '@holdfast/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { mirrorEvents } from './events-mirror.js';
import { EventsStream } from './events-stream.js';
import { publishBurst } from './publish-burst.js';
import { testEvents } from './test-events.fixtures.js';

const canTrace = spawnSync('strace', ['-f', '-e', 'trace=fsync', 'true']).status === 0;

let nats: TestNats;
let nc: NatsConnection;
let link: Link;
let requests: Requests;
let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder('strace');
  nats = await startNats({ secure: true });
  nc = await connectNats({ url: nats.url(), name: 'test' });
  link = new Link(nc);
  requests = new Requests(link);
});
afterAll(async () => {
  requests?.close();
  link?.close();
  await nc?.close();
  await nats?.close();
  await folder?.remove();
});

/** The fsyncs of the server while `work` runs. */
const syncsDuring = async (work: () => Promise<void>): Promise<number> => {
  const file = join(folder.path, 'trace');
  const trace: ChildProcess = spawn('strace', [
    '-f',
    '-e',
    'trace=fsync,fdatasync',
    '-o',
    file,
    '-p',
    String(nats.pid),
  ]);
  const attached = new Promise<void>((resolve) => {
    trace.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('attached')) resolve();
    });
  });
  await attached;
  await work();
  trace.kill('SIGINT');
  await once(trace, 'exit');
  const lines = (await readFile(file, 'utf8')).split('\n');
  return lines.filter((line) => /f(data)?sync\(/.test(line)).length;
};

const LIMITS = { maxBytes: -1, maxAgeMs: 0 };

(canTrace ? describe : describe.skip)('the stream of public events', () => {
  it('takes no fsync for its messages, nor does its mirror, though the server syncs always', async () => {
    const stream = await EventsStream.open(nc, 1, LIMITS);
    await mirrorEvents(nc, 1, LIMITS);
    await eventually(async () => (await stream.end()).sequence === 0);
    const mirrored = async (): Promise<unknown> =>
      (await nc.request(`${PUBLIC_API}.STREAM.INFO.${EVENTS_STREAM}`)).json();
    const complete = { config: { persist_mode: 'async' }, state: { last_seq: 1_000 } };

    const syncs = await syncsDuring(async () => {
      let end = 0;
      for (let burst = 0; burst < 10; burst++) end = await publishBurst({ nc, requests }, testEvents(100), end);
      await eventually(async () => JSON.stringify(await mirrored()).includes('"last_seq":1000'));
    });

    const info = await nc.request(`$JS.API.STREAM.INFO.${EVENTS_STREAM}`);
    expect(info.json()).toMatchObject(complete);
    expect(await mirrored()).toMatchObject(complete);
    expect(syncs).toBeLessThan(10);
  });
});
