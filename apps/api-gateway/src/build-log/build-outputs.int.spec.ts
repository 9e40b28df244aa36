import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiscardPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { outputSubject } from '@holdfast/contracts';
import { natsConnectionOptions } from '@holdfast/nest-platform';
import { outputStream } from '@holdfast/provision';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { JetStreamBuildOutputs } from './build-outputs.js';

const web = { namespace: 'default', workspace: 'web.1' };

describe('what builds printed', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let outputs: JetStreamBuildOutputs;

  beforeAll(async () => {
    nats = await startNats();
    nc = await connect(natsConnectionOptions(nats.url()));
    outputs = new JetStreamBuildOutputs(nc);
  });
  afterAll(async () => {
    await nc?.close();
    await nats?.close();
  });

  const print = (build: number, text: string): Promise<unknown> => {
    const message = { time: '2026-01-01T10:00:00.000Z', uid: 'uid-1', stream: 'stdout', text };
    return jetstream(nc).publish(outputSubject(web, build), JSON.stringify(message));
  };
  const texts = async (build: number | undefined, after = 0): Promise<readonly string[]> =>
    (await outputs.next({ ...web, build, after })).map(({ text }) => text);

  it('is nothing before anything was ever built', async () => {
    expect(await texts(undefined)).toEqual([]);
    expect(await outputs.newest(web)).toBeUndefined();
  });

  it('is read in order, of all builds or of one, from where the last read ended', async () => {
    const { streams } = await jetstreamManager(nc);
    const { subjects, ...config } = outputStream(1);
    const policies = { storage: StorageType.File, retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old };
    await streams.add({ ...config, ...policies, subjects: [...subjects] });
    expect(await texts(undefined)).toEqual([]);
    await print(1, 'one');
    await print(2, 'two');
    await print(1, 'three');
    expect(await texts(undefined)).toEqual(['one', 'two', 'three']);
    expect(await texts(1)).toEqual(['one', 'three']);
    expect(await texts(undefined, 2)).toEqual(['three']);
    expect(await texts(3)).toEqual([]);
    expect(await outputs.newest(web)).toMatchObject({ text: 'three', build: 1, uid: 'uid-1', sequence: 3 });
  });
});
