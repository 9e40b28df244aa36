import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RUNS_STREAM, RUNS_SUBJECTS, runSubject } from '@holdfast/contracts';
import { connectNats } from '@holdfast/nest-platform';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { jetstream, jetstreamManager, PersistMode } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { JetStreamRunRecords } from './run-records.js';

const key = (name: string) => ({ group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name });

describe('the records of runs', () => {
  let nats: TestNats;
  let reconciler: NatsConnection;
  let gateway: NatsConnection;
  let records: JetStreamRunRecords;

  beforeEach(async () => {
    nats = await startNats({ secure: true });
    reconciler = await connectNats({ url: nats.url('reconciler'), name: 'spec' });
    gateway = await connectNats({ url: nats.url('gateway'), name: 'spec' });
    records = new JetStreamRunRecords(gateway);
  });
  afterEach(async () => {
    await Promise.all([reconciler?.close(), gateway?.close()]);
    await nats?.close();
  });

  const makeStream = async (): Promise<void> => {
    const { streams } = await jetstreamManager(reconciler, { checkAPI: false });
    const persist_mode = PersistMode.Async;
    await streams.add({ name: RUNS_STREAM, subjects: [RUNS_SUBJECTS], allow_direct: true, persist_mode });
  };
  const record = (id: string, name: string, schema = 1) => ({
    subject: runSubject({ controller: 'rack', id, key: key(name) }),
    data: JSON.stringify({ schema, id, controller: 'rack', object: key(name) }),
  });
  const keep = async (...kept: readonly { readonly subject: string; readonly data: string }[]): Promise<void> => {
    const last = kept.at(-1);
    for (const { subject, data } of kept.slice(0, -1)) reconciler.publish(subject, data);
    if (last !== undefined) await jetstream(reconciler).publish(last.subject, last.data);
  };
  const idsOf = (found: readonly { readonly id: string }[]): string[] => found.map(({ id }) => id);

  it('are none where nobody has made the stream', async () => {
    expect(await records.ofObject(key('rack-01'), 10)).toEqual([]);
    expect(await records.named([{ controller: 'rack', id: 'a' }])).toEqual([]);
  });

  it('are none where nothing was recorded', async () => {
    await makeStream();
    expect(await records.ofObject(key('rack-01'), 10)).toEqual([]);
    expect(await records.named([{ controller: 'rack', id: 'a' }])).toEqual([]);
  });

  it('of an object come newest first, and of no other', async () => {
    await makeStream();
    await keep(record('a', 'rack-01'), record('b', 'rack-02'), record('c', 'rack-01'), record('d', 'rack-01'));
    expect(idsOf(await records.ofObject(key('rack-01'), 2))).toEqual(['d', 'c']);
    expect(idsOf(await records.ofObject(key('rack-01'), 10))).toEqual(['d', 'c', 'a']);
  });

  it('are found by their ids, as far as they are kept', async () => {
    await makeStream();
    await keep(...Array.from({ length: 150 }, (_, i) => record(`run-${i}`, `rack-${i}`)));
    const wanted = Array.from({ length: 160 }, (_, i) => ({ controller: 'rack', id: `run-${i}` }));
    expect(idsOf(await records.named(wanted)).sort()).toEqual(Array.from({ length: 150 }, (_, i) => `run-${i}`).sort());
    expect(await records.named([])).toEqual([]);
  });

  it('of a form that is not known are left out', async () => {
    await makeStream();
    await keep(record('a', 'rack-01'), record('b', 'rack-01', 2));
    expect(idsOf(await records.ofObject(key('rack-01'), 10))).toEqual(['a']);
  });

  it('are told newest first also of an object with more than the server counts', async () => {
    await makeStream();
    const many = Array.from({ length: 2_000 }, (_, i) => [record(`r-${i}`, 'rack-01'), record(`o-${i}`, 'rack-02')]);
    await keep(...many.flat());
    expect(idsOf(await records.ofObject(key('rack-01'), 3))).toEqual(['r-1999', 'r-1998', 'r-1997']);
    expect(await records.ofObject(key('rack-01'), 600)).toHaveLength(600);
  });

  it('cannot be read while NATS is away', async () => {
    await makeStream();
    await nats.pause();
    await expect(records.ofObject(key('rack-01'), 1)).rejects.toThrow('has not answered within 5000 ms');
    nats.resume();
  }, 20_000);
});
