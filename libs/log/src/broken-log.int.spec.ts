import { LOG_STREAM, LOG_SUBJECT } from '@holdfast/contracts';
import { startNats, testCommit } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { LogGapError, LogReplacedError } from './errors.js';
import { followLog } from './follow.js';
import { JetStreamApi } from './jetstream-api.js';
import { JetStreamCommitLog } from './jetstream-commit-log.js';
import { Link } from './link.js';
import { Requests } from './requests.js';

describe('following a log that was tampered with', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  let log: JetStreamCommitLog;

  beforeAll(async () => {
    nats = await startNats();
  });
  beforeEach(async () => {
    nc = await connect({ servers: nats.url() });
    jsm = await jetstreamManager(nc);
    await jsm.streams.delete(LOG_STREAM).catch(() => undefined);
    log = await openLog();
  });
  afterEach(async () => {
    await nc?.close();
  });
  afterAll(async () => {
    await nats?.close();
  });

  const openLog = (): Promise<JetStreamCommitLog> =>
    JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { trust: true } });
  const fill = async (filled: JetStreamCommitLog, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await filled.append({ ...testCommit(`commit ${i}`), expectedSequence: i });
  };
  const followAll = async (followed: Pick<JetStreamCommitLog, 'follow'>, after = 0): Promise<never> => {
    for await (const commit of followed.follow({ after, signal: AbortSignal.timeout(20_000) })) void commit;
    throw new Error('ended without an error');
  };

  const failureOf = (following: Promise<never>): Promise<unknown> => following.catch((error: unknown) => error);

  it('throws when a commit is missing', async () => {
    await jsm.streams.delete(LOG_STREAM);
    const stream = await jsm.streams.add({ name: LOG_STREAM, subjects: [LOG_SUBJECT] });
    for (let i = 0; i < 5; i++) await log.append({ ...testCommit(`commit ${i}`), expectedSequence: i });
    await jsm.streams.deleteMessage(LOG_STREAM, 3);
    const link = new Link(nc);
    const identity = { stream: LOG_STREAM, created: stream.created };
    const api = new JetStreamApi(new Requests(link));

    await expect(followAll({ follow: (request) => followLog({ api, link, identity }, request) })).rejects.toEqual(
      new LogGapError(3, 4),
    );
  });

  it('throws when the stream was made anew, however long the new one is', async () => {
    await fill(log, 3);
    const failure = failureOf(followAll(log));
    await jsm.streams.delete(LOG_STREAM);
    await fill(await openLog(), 9);

    expect(await failure).toBeInstanceOf(LogReplacedError);
  });

  it('throws when the stream is gone and stays away', async () => {
    await fill(log, 1);
    const failure = failureOf(followAll(log));
    await jsm.streams.delete(LOG_STREAM);

    expect(await failure).toEqual(new LogReplacedError(log.identity, undefined));
  });

  it('throws when the log ends before the place to go on from', async () => {
    await fill(log, 3);

    await expect(followAll(log, 7)).rejects.toEqual(new LogGapError(7, 3));
  });
});
