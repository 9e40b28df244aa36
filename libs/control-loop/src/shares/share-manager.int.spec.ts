import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { TransactionOperation } from '@holdfast/contracts';
import { PARTITIONS } from '@holdfast/reconcile';
import { eventually, startLossyProxy, startNats } from '@holdfast/testing';
import type { LossyProxy, TestNats } from '@holdfast/testing';

import { epochsOf, KEYS, LEASES, MemoryStore, Replica } from './replicas.fixtures.js';
import type { ReplicaOptions } from './replicas.fixtures.js';

const LIMIT = { withinMs: 20_000 };

describe('replicas that share keys out', () => {
  let nats: TestNats;
  let proxy: LossyProxy;
  let store: MemoryStore;
  let replicas: Replica[];

  beforeAll(async () => {
    nats = await startNats();
    proxy = await startLossyProxy(nats.port);
  });
  afterAll(async () => {
    await proxy?.close();
    await nats?.close();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  /** In a store of its own, each started when those before it are at work. */
  const started = async (...ids: readonly string[]): Promise<readonly Replica[]> => {
    store = new MemoryStore();
    replicas = [];
    for (const id of ids) await start({ id });
    return replicas;
  };

  const start = async (
    options: Pick<ReplicaOptions, 'id' | 'before'> & { readonly port?: number },
  ): Promise<Replica> => {
    const replica = await Replica.start({ store, port: nats.port, ...options });
    replicas.push(replica);
    return replica;
  };

  /** Everybody named has the same number of partitions, works on exactly those that it holds, and served them all. */
  const allServedBy = (...ids: readonly string[]): Promise<unknown> =>
    eventually(() => {
      const holdings = store.holdings();
      const counts = ids.map((id) => holdings[id] ?? 0);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(PARTITIONS);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      for (const replica of replicas.filter(({ id }) => ids.includes(id))) {
        expect(replica.manager.held).toBe(holdings[replica.id]);
        expect(replica.served.size).toBe(holdings[replica.id]);
      }
      return true;
    }, LIMIT);

  const epochs = (): readonly number[] => store.leases().map((lease) => lease?.epoch ?? 0);

  it('a single one makes the leases and has everything, by one transaction', async () => {
    await started('a');
    await allServedBy('a');
    expect(epochs()).toEqual(KEYS.map(() => 1));
    expect(store.get({ group: '', resource: 'namespaces', namespace: '', name: 'holdfast-system' })).toBeDefined();
  });

  it('each that joins gets its share, and only what must moves', async () => {
    await started('a');
    await allServedBy('a');
    await start({ id: 'b' });
    await allServedBy('a', 'b');
    await start({ id: 'c' });
    await allServedBy('a', 'b', 'c');
    expect(epochs().reduce((sum, epoch) => sum + epoch, 0)).toBe(PARTITIONS + 32 + 21);
  });

  it('several that start at the same moment share everything out', async () => {
    await started();
    await Promise.all(['a', 'b', 'c'].map((id) => start({ id })));
    await allServedBy('a', 'b', 'c');
  });

  it('one that stops gives its partitions back, and the others need not wait until it is silent', async () => {
    const [, b] = await started('a', 'b');
    await allServedBy('a', 'b');
    await b?.stop();
    expect(store.holdings()['b']).toBeUndefined();
    await allServedBy('a');
  });

  it('when one dies its partitions are served again, each with a newer epoch', async () => {
    const [, b] = await started('a', 'b', 'c');
    await allServedBy('a', 'b', 'c');
    const before = store.leases();
    await b?.kill();
    await allServedBy('a', 'c');
    store.leases().forEach((lease, partition) => {
      const { holder, epoch = 0 } = before[partition] ?? {};
      expect(lease?.epoch).toBe(holder === 'b' ? epoch + 1 : epoch);
    });
  });

  it('a restart after everybody was killed finds dead holders, and takes over from them', async () => {
    const [a] = await started('a');
    await allServedBy('a');
    await a?.kill();
    await start({ id: 'b' });
    await allServedBy('b');
    expect(epochs()).toEqual(KEYS.map(() => 2));
  });

  it('what an operator wrote into a lease is put right, and the epoch never goes back', async () => {
    await started('a');
    await allServedBy('a');
    const target = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', namespace: 'holdfast-system' };
    const name = 'test-partition-07';
    const edit: TransactionOperation = {
      verb: 'patch',
      patchType: 'merge',
      target: { ...target, name },
      body: { spec: { holderIdentity: 'nobody-here' } },
    };
    expect(store.transact([edit])).toBeUndefined();
    expect(store.transact([{ verb: 'delete', target: { ...target, name } }])).toBeUndefined();
    await eventually(() => store.leases()[7]?.holder === 'a', LIMIT);
    await allServedBy('a');
    expect(store.leases()[7]?.epoch).toBe(2);
  });

  describe('one that is cut off from NATS', () => {
    it('works on nothing while nobody hears it, and has its share again afterwards', async () => {
      await started('a');
      await allServedBy('a');
      const cutOff = await start({ id: 'cut-off', port: proxy.port });
      await allServedBy('a', 'cut-off');
      proxy.swallowReplies();
      await eventually(() => cutOff.shares().length === 0, LIMIT);
      await replicas[0]?.kill();
      await start({ id: 'b' });
      proxy.heal();
      await allServedBy('b', 'cut-off');
    });
  });

  describe('fenced writers on every replica', () => {
    const count = (name: string, by: string): TransactionOperation => ({
      verb: 'patch',
      patchType: 'merge',
      target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name },
      body: { data: { by } },
    });

    it('of whom some believe too long that they own a key: no older epoch writes after a newer one', async () => {
      await started('a', 'b');
      const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: '' };
      store.transact(
        KEYS.map(({ name }) => ({
          verb: 'create',
          target,
          body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
        })),
      );
      await allServedBy('a', 'b');
      const everHeld: ReturnType<Replica['shares']>[number][] = [];
      const accepted = new Map<string, number[]>();
      let refused = 0;
      /** Each writes under every share that anybody ever had: as if all of them woke up just now. */
      const writeAll = (): void => {
        for (const replica of replicas) everHeld.push(...replica.shares());
        for (const { key, fence } of everHeld) {
          const written = store.transact([count(key.name, `${fence.epoch} ${store.history.length}`)], fence);
          if (written === undefined) accepted.set(key.name, [...(accepted.get(key.name) ?? []), fence.epoch]);
          else refused += 1;
        }
      };
      writeAll();
      await replicas[0]?.kill();
      await allServedBy('b');
      writeAll();
      await start({ id: 'c' });
      await allServedBy('b', 'c');
      writeAll();
      expect(refused).toBeGreaterThan(0);
      expect(accepted.size).toBe(KEYS.length);
      for (const written of accepted.values()) expect(written).toEqual([...written].sort((x, y) => x - y));
      expect(Math.max(...[...accepted.values()].flat())).toBe(3);
      expect(store.transact([count(KEYS[0]?.name ?? '', 'too early')], LEASES.fenceOf(0, 9))?.reason).toBe('Conflict');
    });
  });

  it('epochs grow by one with each take, whatever happened', async () => {
    await started('a', 'b');
    await allServedBy('a', 'b');
    await replicas[1]?.stop();
    await allServedBy('a');
    await start({ id: 'c' });
    await allServedBy('a', 'c');
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const seen = [...new Set(epochsOf(store, partition))];
      expect(seen).toEqual(seen.map((_, i) => i + 1));
    }
  });
});
