/** Replicas that share keys out over a real NATS, before a store in memory that decides by the real rules. */
import { setImmediate as turn } from 'node:timers/promises';

import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { keyText } from '@holdfast/contracts';
import type { Fence, ObjectKey, TransactionOperation } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';
import { ObjectCache, PARTITIONS, partitionOf } from '@holdfast/reconcile';
import type { Clock, ObjectState } from '@holdfast/reconcile';
import { coreKinds, decideTransaction, prepareTransaction } from '@holdfast/resource';
import type { KindDefinition, ResourceState } from '@holdfast/resource';

import { Leases } from './leases.js';
import type { PartitionLease } from './leases.js';
import { Membership } from './membership.js';
import { ShareManager } from './share-manager.js';

/** The locks that the replicas share. */
export const LEASES = new Leases(
  Array.from({ length: PARTITIONS }, (_, partition) => `test-partition-${String(partition).padStart(2, '0')}`),
);

/** Shorter than in production, long enough for a busy machine. */
export const TIMING = { announceMs: 100, silenceMs: 1_000, listenMs: 300 };

/** One key in each partition. */
export const KEYS: readonly ObjectKey[] = (() => {
  const keys = new Map<number, ObjectKey>();
  for (let i = 0; keys.size < PARTITIONS; i++) {
    const key = { group: '', resource: 'configmaps', namespace: 'default', name: `counter-${i}` };
    if (!keys.has(partitionOf(key))) keys.set(partitionOf(key), key);
  }
  return Array.from({ length: PARTITIONS }, (_, partition) => keys.get(partition) as ObjectKey);
})();

export class MemoryStore implements ResourceState {
  /** Every state that there ever was, in order. */
  readonly history: ObjectState[] = [];
  private readonly objects = new Map<string, ObjectState>();
  private readonly followers = new Set<(state: ObjectState) => void>();
  private uids = 0;

  constructor() {
    this.transact([
      {
        verb: 'create',
        target: { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: '' },
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
      },
    ]);
  }

  get(key: ObjectKey): ObjectState | undefined {
    return this.objects.get(keyText(key));
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return coreKinds.find((kind) => kind.group === group && kind.plural === resource);
  }

  kinds(group: string): Iterable<KindDefinition> {
    return coreKinds.filter((kind) => kind.group === group);
  }

  /** Everything up to now at once, everything after it later and in order, as from the log. */
  follow(tell: (state: ObjectState) => void): () => void {
    for (const state of this.objects.values()) tell(state);
    let told = Promise.resolve();
    const later = (state: ObjectState): void => {
      told = told.then(() => turn()).then(() => tell(state));
    };
    this.followers.add(later);
    return () => this.followers.delete(later);
  }

  transact(operations: readonly TransactionOperation[], fence?: Fence): Refusal | undefined {
    const preparation = prepareTransaction(Buffer.from(JSON.stringify(operations)), {}, (group, resource) =>
      this.kind(group, resource),
    );
    if (!preparation.ok) return preparation.refusal;
    const ids = { uid: () => `uid-${++this.uids}`, suffix: () => 'bcdfg' };
    const context = { now: new Date('2026-01-01T10:00:00Z'), ids, ...(fence === undefined ? {} : { fence }) };
    const decision = decideTransaction(this, preparation.operations, context);
    if (decision.kind === 'refused') return decision.refusal;
    for (const { key, object } of decision.events) {
      const state = { key, object, version: this.history.length + 1 };
      this.history.push(state);
      this.objects.set(keyText(key), state);
      for (const tell of this.followers) tell(state);
    }
    return undefined;
  }

  leases(): readonly (PartitionLease | undefined)[] {
    return LEASES.readAll(this);
  }

  /** How many partitions each replica holds; nobody's are under ''. */
  holdings(): Record<string, number> {
    const holdings: Record<string, number> = {};
    for (const lease of this.leases()) holdings[lease?.holder ?? ''] = (holdings[lease?.holder ?? ''] ?? 0) + 1;
    return holdings;
  }
}

export interface ReplicaOptions {
  readonly id: string;
  readonly store: MemoryStore;
  readonly port: number;
  /** Called before each step; a promise that never resolves is a crash in front of it. */
  readonly before?: (step: 'transact' | 'observe', operations: readonly TransactionOperation[]) => Promise<void> | void;
}

export class Replica {
  readonly manager: ShareManager;
  /** Keys that were looked at again after a take, and not let go of since. */
  readonly served = new Set<string>();
  private readonly cache = new ObjectCache();
  private readonly unfollow: () => void;
  private dead = false;

  private constructor(
    private readonly options: ReplicaOptions,
    private readonly nc: NatsConnection,
  ) {
    const { id, store } = options;
    const clock = this.mortalClock();
    this.manager = new ShareManager({
      clock,
      wallClock: () => new Date('2026-01-01T10:00:00Z'),
      membership: new Membership({
        nc,
        subject: 'hf.member.test',
        id,
        clock,
        startedAt: new Date('2026-01-01T10:00:00Z'),
        timing: TIMING,
      }),
      leases: LEASES,
      read: this.cache,
      transact: async (operations) => {
        await this.arrive('transact', operations);
        return store.transact(operations);
      },
      observe: async (isOurs) => {
        await this.arrive('observe', []);
        for (const key of KEYS) if (isOurs(key)) this.served.add(keyText(key));
      },
      release: async (isLost) => {
        await turn();
        for (const key of KEYS) if (isLost(key)) this.served.delete(keyText(key));
      },
      logger: { info: () => undefined, warn: () => undefined },
    });
    this.unfollow = store.follow((state) => {
      if (this.cache.put(state) !== undefined) this.manager.noticed(state.key);
    });
    this.manager.start();
  }

  static async start(options: ReplicaOptions): Promise<Replica> {
    const nc = await connect({
      servers: `127.0.0.1:${options.port}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 50,
      pingInterval: 200,
    });
    return new Replica(options, nc);
  }

  get id(): string {
    return this.options.id;
  }

  /** The keys that a run of this replica could write about now, each with its fence. */
  shares(): readonly { readonly key: ObjectKey; readonly fence: Fence }[] {
    return KEYS.flatMap((key) => {
      const share = this.dead ? undefined : this.manager.shareOf(key);
      return share === undefined ? [] : [{ key, fence: share.fence }];
    });
  }

  /** From now on it does, hears and says nothing. */
  async kill(): Promise<void> {
    this.dead = true;
    this.unfollow();
    await this.nc.close();
  }

  /** An orderly stop. */
  async stop(): Promise<void> {
    if (!this.dead) await this.manager.stop();
    await this.nc.flush().catch(() => undefined);
    await this.kill();
  }

  private async arrive(step: 'transact' | 'observe', operations: readonly TransactionOperation[]): Promise<void> {
    await turn();
    await this.options.before?.(step, operations);
    if (this.dead) await new Promise(() => undefined);
  }

  private mortalClock(): Clock {
    return {
      now: () => performance.now(),
      after: (ms, callback) => {
        const timer = setTimeout(() => {
          if (!this.dead) callback();
        }, ms);
        return () => clearTimeout(timer);
      },
    };
  }
}

/** The epoch of each write of a Lease, in order, by partition. */
export const epochsOf = (store: MemoryStore, partition: number): readonly number[] =>
  store.history
    .filter(({ key }) => keyText(key) === keyText(LEASES.keyOf(partition)))
    .map(({ object }) => (object['spec'] as { leaseTransitions: number }).leaseTransitions);
