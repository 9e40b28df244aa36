import { LOG_STREAM, LOG_SUBJECT } from '@holdfast/contracts';
import { startNats, temporaryFolder, testCommit } from '@holdfast/testing';
import type { TestNats, TestNatsOptions } from '@holdfast/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { JetStreamCommitLog } from './jetstream-commit-log.js';
import type { OpenOptions } from './jetstream-commit-log.js';

describe('opening the log', () => {
  let nats: TestNats;
  const connections: NatsConnection[] = [];
  afterEach(async () => {
    await Promise.allSettled(connections.splice(0).map((nc) => nc.close()));
    await nats?.close();
  });

  const start = async (options: TestNatsOptions = {}): Promise<void> => {
    nats = await startNats(options);
  };
  const connection = async (user?: 'store' | 'gateway'): Promise<NatsConnection> => {
    const { username, password } = new URL(nats.url(user));
    const credentials = username === '' ? {} : { user: username, pass: password, inboxPrefix: `_INBOX_${username}` };
    const nc = await connect({ servers: `127.0.0.1:${nats.port}`, ...credentials });
    connections.push(nc);
    return nc;
  };
  const open = async (options: Partial<OpenOptions> = {}): Promise<JetStreamCommitLog> =>
    JetStreamCommitLog.open({
      nc: await connection(),
      replicas: 1,
      create: true,
      sync: { monitorUrl: nats.monitorUrl },
      ...options,
    });
  const problemsOf = async (opening: Promise<unknown>): Promise<unknown> => {
    try {
      await opening;
      return 'opened';
    } catch (error) {
      return (error as { problems?: string[] }).problems ?? error;
    }
  };

  it('makes the stream once, and knows it again', async () => {
    await start();
    const first = await open();
    const second = await open({ create: false });

    expect(first.identity).toEqual({ stream: LOG_STREAM, created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(second.identity).toEqual(first.identity);
    expect(first.maxCommitBytes).toBeGreaterThan(1024 * 1024);
  });

  it('lets nobody delete from it', async () => {
    await start();
    const log = await open();
    await log.append({ ...testCommit('kept'), expectedSequence: 0 });
    const { streams } = await jetstreamManager(await connection());

    await expect(streams.purge(LOG_STREAM)).rejects.toThrow(/purge/);
    await expect(streams.deleteMessage(LOG_STREAM, 1)).rejects.toThrow(/delete/);
  });

  it('refuses a server that acknowledges before it writes to disk, unless told to trust', async () => {
    const folder = await temporaryFolder('lazy');
    // The last setting of a name counts.
    await start({ extraConfig: `jetstream { store_dir: ${JSON.stringify(folder.path)}, sync_interval: "2m" }` });

    expect(await problemsOf(open())).toEqual([
      `the server at ${nats.monitorUrl} acknowledges before writing to disk: set "jetstream { sync_interval: always }"`,
    ]);
    expect(await problemsOf(open({ sync: { trust: true } }))).toBe('opened');
  });

  it('refuses a server whose setting cannot be read', async () => {
    await start();

    expect(await problemsOf(open({ sync: { monitorUrl: 'http://127.0.0.1:1' } }))).toEqual([
      expect.stringContaining('cannot be read'),
    ]);
  });

  it('refuses a stream that keeps less, and says each difference', async () => {
    await start();
    const { streams } = await jetstreamManager(await connection());
    await streams.add({
      name: LOG_STREAM,
      subjects: [LOG_SUBJECT, 'hf.log.other'],
      max_msgs: 1000,
      storage: 'memory',
      allow_rollup_hdrs: true,
    });

    expect(await problemsOf(open())).toEqual([
      'stream HOLDFAST_LOG: subjects is ["hf.log.commit","hf.log.other"], must be ["hf.log.commit"]',
      'stream HOLDFAST_LOG: storage is "memory", must be "file"',
      'stream HOLDFAST_LOG: discard is "old", must be "new"',
      'stream HOLDFAST_LOG: max_msgs is 1000, must be -1',
      'stream HOLDFAST_LOG: deny_delete is false, must be true',
      'stream HOLDFAST_LOG: deny_purge is false, must be true',
      'stream HOLDFAST_LOG: allow_rollup_hdrs is true, must be unset',
    ]);
  });

  it('refuses a stream that acknowledges before it is on disk', async () => {
    await start();
    const { streams } = await jetstreamManager(await connection());
    await streams.add({
      name: LOG_STREAM,
      subjects: [LOG_SUBJECT],
      discard: 'new',
      deny_delete: true,
      deny_purge: true,
      persist_mode: 'async',
    });

    expect(await problemsOf(open())).toEqual(['stream HOLDFAST_LOG: persist_mode is "async", must be default']);
  });

  it('refuses a server that cannot hold a commit', async () => {
    await start({ extraConfig: 'max_payload: 65536' });

    expect(await problemsOf(open())).toEqual([
      "nats-server's max_payload is 65536, must be at least 1048576 to hold a commit",
    ]);
  });

  it('refuses a commit that is larger than the server takes, and sends nothing', async () => {
    await start();
    const log = await open();

    const data = Buffer.alloc(log.maxCommitBytes + 1);
    await expect(log.append({ id: 'large', data, expectedSequence: 0 })).rejects.toThrow(RangeError);
    expect(await log.end()).toBe(0);
  });

  it('waits, without the right to make it, until somebody has made the stream', async () => {
    await start({ secure: true });
    const follower = open({ nc: await connection('gateway'), create: false });
    const store = await open({ nc: await connection('store') });

    const log = await follower;
    expect(log.identity).toEqual(store.identity);
    await store.append({ ...testCommit('seen'), expectedSequence: 0 });
    for await (const commit of log.follow({ after: 0, signal: AbortSignal.timeout(5_000) })) {
      expect(commit.header.id).toBe('seen');
      break;
    }
    expect((await log.last())?.header.id).toBe('seen');
  });

  it('gives up when nobody makes the stream in time', async () => {
    await start();

    await expect(open({ create: false, waitMs: 300 })).rejects.toThrow(/not there within 300 ms.*stream not found/);
  });
});
