import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { JOB_SUBJECTS, JOBS_STREAM } from '@holdfast/contracts';
import { connectNats } from '@holdfast/nest-platform';
import type { Job } from '@holdfast/provision';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { JobsStream } from './jobs-stream.js';

const JOB: Job = { uid: 'web', namespace: 'default', name: 'web', build: 1, transition: 'start' };

describe('the stream of jobs', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let manager: JetStreamManager;
  let jobs: JobsStream;

  beforeEach(async () => {
    nats = await startNats();
    nc = await connectNats({ url: nats.url(), name: 'test' });
    manager = await jetstreamManager(nc);
    jobs = new JobsStream(nc, 1);
  });
  afterEach(async () => {
    jobs?.close();
    await nc?.close();
    await nats?.close();
  });

  const dispatch = (): Promise<void> => jobs.dispatch('exec', 'people', JOB);
  const waiting = async (): Promise<number> => (await manager.streams.info(JOBS_STREAM)).state.messages;

  it('is made for the first job, and holds a job that is sent again once', async () => {
    await dispatch();
    await dispatch();
    expect(await waiting()).toBe(1);
  });

  it('that could not be made is made for the next job', async () => {
    await manager.streams.add({ name: 'IN_THE_WAY', subjects: [JOB_SUBJECTS] });
    await expect(dispatch()).rejects.toThrow('subjects overlap');
    await manager.streams.delete('IN_THE_WAY');
    await dispatch();
    expect(await waiting()).toBe(1);
  });

  it('that somebody deleted is made for the next job but one', async () => {
    await dispatch();
    await manager.streams.delete(JOBS_STREAM);
    await expect(dispatch()).rejects.toThrow();
    await dispatch();
    expect(await waiting()).toBe(1);
  });
});
