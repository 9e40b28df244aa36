import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { PARTITIONS } from '@holdfast/reconcile';
import { eventually, startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';

import { MemoryStore, Replica } from './replicas.fixtures.js';
import type { ReplicaOptions } from './replicas.fixtures.js';

const LIMIT = { withinMs: 20_000 };

describe('a replica that is killed between two steps', () => {
  let nats: TestNats;
  let store: MemoryStore;
  let replicas: Replica[];

  beforeAll(async () => {
    nats = await startNats();
  });
  afterAll(async () => {
    await nats?.close();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  const start = async (id: string, before?: ReplicaOptions['before']): Promise<Replica> => {
    const replica = await Replica.start({ id, store, port: nats.port, ...(before === undefined ? {} : { before }) });
    replicas.push(replica);
    return replica;
  };
  const serves = (replica: Replica, count: number): Promise<unknown> =>
    eventually(() => replica.served.size === count && replica.manager.held === count, LIMIT);

  it('before it takes: nothing is held, and another has everything at once', async () => {
    [store, replicas] = [new MemoryStore(), []];
    const killed = await start('killed', (step) => (step === 'transact' ? killed.kill() : undefined));
    await eventually(() => killed.shares().length === 0 && store.holdings()[''] === PARTITIONS, LIMIT);
    await serves(await start('other'), PARTITIONS);
  });

  it('after it took partitions, before it looked at their objects: another takes them and looks', async () => {
    [store, replicas] = [new MemoryStore(), []];
    const killed = await start('killed', (step) => (step === 'observe' ? killed.kill() : undefined));
    await eventually(() => store.holdings()['killed'] === PARTITIONS, LIMIT);
    const other = await start('other');
    await serves(other, PARTITIONS);
    expect(killed.served.size).toBe(0);
    expect(store.leases().every((lease) => lease?.epoch === 2)).toBe(true);
  });

  it('after it let go of partitions, before it cleared their leases: who they were for takes them', async () => {
    [store, replicas] = [new MemoryStore(), []];
    const killed = await start('killed', (step, operations) =>
      step === 'transact' && operations.some(clears) ? killed.kill() : undefined,
    );
    await serves(killed, PARTITIONS);
    const other = await start('other');
    await serves(other, PARTITIONS);
    expect(store.holdings()).toEqual({ other: PARTITIONS });
  });

  it('after it cleared the leases, before anybody took them: they are taken all the same', async () => {
    [store, replicas] = [new MemoryStore(), []];
    const killed = await start('killed');
    await serves(killed, PARTITIONS);
    const other = await start('other', (step) => (step === 'transact' ? other.kill() : undefined));
    await eventually(() => (store.holdings()[''] ?? 0) > 0, LIMIT);
    await killed.kill();
    await serves(await start('third'), PARTITIONS);
  });
});

const clears = ({ body }: { readonly body?: unknown }): boolean => JSON.stringify(body).includes('"holderIdentity":""');
