/**
 * Which partitions of keys this replica works on. Again and again it looks at who is there and who holds what, plans,
 * and acts; nothing but the Leases in the log is remembered, so a crash between any two steps leaves what the next plan,
 * ours or another's, begins with.
 *
 *   idle ──take──► held ──its event in the log──► working ──lost, too many, not heard──► releasing ──► idle
 *                                                  │  ▲                                     │
 *                                                  └──┘ every object looked at again        └─ then, if too many, cleared
 *
 * Working begins with the event of the take and not with its answer: what the holder before wrote is in the cache then.
 * Two replicas may believe for a moment that they hold a partition; of their writes the store lets in those with the
 * newer epoch only.
 */
import type { Fence, ObjectKey, TransactionOperation } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';
import type { Logger } from '@holdfast/nest-platform';
import { partitionOf, planShare } from '@holdfast/reconcile';
import type { Clock, ObjectReader, Shares } from '@holdfast/reconcile';

import { NAMESPACE_KEY } from './leases.js';
import type { Leases, PartitionLeases } from './leases.js';
import type { Membership } from './membership.js';

export interface ShareManagerOptions {
  readonly clock: Clock;
  readonly wallClock: () => Date;
  readonly membership: Membership;
  /** One for each partition. */
  readonly leases: Leases;
  readonly read: Pick<ObjectReader, 'get'>;
  readonly transact: (operations: readonly TransactionOperation[], withinMs: number) => Promise<Refusal | undefined>;
  /** Looks at everything again, as far as these keys are concerned. */
  readonly observe: (isOurs: (key: ObjectKey) => boolean) => Promise<void>;
  /** Lets go of these keys; resolves when no run and no write of ours about them is under way. */
  readonly release: (isLost: (key: ObjectKey) => boolean) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

const TICK_MS = 250;
const DEADLINE_MS = 5_000;
/** Others need not wait for what is not cleared: we said goodbye. */
const LAST_DEADLINE_MS = 1_000;

export class ShareManager implements Shares {
  private readonly working = new Map<number, Fence>();
  /** No longer ours to work on; runs may still be under way. */
  private readonly releasing = new Set<number>();
  /** Taken by others, as the log told, and not let go of yet. */
  private readonly lost = new Set<number>();
  /** Versions of Leases that we have written over, while the log has yet to tell so. */
  private readonly replaced = new Map<number, number>();
  private readonly tasks = new Set<Promise<void>>();
  private writing = false;
  private joined = false;
  private unheard = false;
  private running = false;
  private cancelTick = (): void => undefined;
  private cancelStep: (() => void) | undefined;

  constructor(private readonly options: ShareManagerOptions) {}

  /** How many partitions this replica works on. */
  get held(): number {
    return this.working.size;
  }

  /** Whether this replica has had its share, even if that was nothing. */
  get hasJoined(): boolean {
    return this.joined;
  }

  shareOf(key: ObjectKey): { readonly fence: Fence } | undefined {
    const fence = this.working.get(this.partitionOf(key));
    if (fence === undefined) return undefined;
    if (this.options.membership.isHeard()) return { fence };
    // What woke the key is forgotten with this answer, so all keys are looked at again before we go on.
    this.unheard = true;
    return undefined;
  }

  /** Everything is listed, and the log is followed from there: takes part from now on. */
  start(): void {
    this.running = true;
    this.options.membership.join(() => this.stepSoon());
    this.tick();
  }

  /** The log told of a change of this object. */
  noticed(key: ObjectKey): void {
    const partition = this.options.leases.partitionLockedBy(key);
    if (partition === undefined || !this.running) return;
    const fence = this.working.get(partition);
    const lease = this.options.leases.read(this.options.read, partition);
    if (fence !== undefined && (lease?.holder !== this.me || lease.epoch !== fence.epoch)) {
      this.working.delete(partition);
      this.lost.add(partition);
    }
    this.stepSoon();
  }

  /** Gives everything back and says goodbye; runs must have ended. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    this.cancelTick();
    this.cancelStep?.();
    await Promise.all(this.tasks);
    this.working.clear();
    const leases = this.readLeases();
    const mine = leases.flatMap((lease, partition) => (lease?.holder === this.me ? [partition] : []));
    await this.write('cleared', mine, leases, this.options.leases.clearOperations(mine, leases), LAST_DEADLINE_MS);
    this.options.membership.leave();
  }

  private get me(): string {
    return this.options.membership.id;
  }

  private partitionOf(key: ObjectKey): number {
    return partitionOf(key, this.options.leases.count);
  }

  private readLeases(): PartitionLeases {
    return this.options.leases.readAll(this.options.read);
  }

  private tick(): void {
    this.step();
    this.cancelTick = this.options.clock.after(TICK_MS, () => this.tick());
  }

  private stepSoon(): void {
    if (!this.running) return;
    this.cancelStep ??= this.options.clock.after(0, () => {
      this.cancelStep = undefined;
      this.step();
    });
  }

  private step(): void {
    this.release([...this.lost], 'another replica took them');
    this.lost.clear();
    if (this.unheard || !this.options.membership.isHeard()) {
      this.unheard = false;
      this.release([...this.working.keys()], 'the other replicas did not hear this one');
      return;
    }
    const leases = this.readLeases();
    const holders = leases.map((lease) => lease?.holder);
    const { take, giveUp } = planShare(this.me, this.options.membership.present(holders), holders);
    this.joined ||= take.length === 0;
    const isTold = (partition: number): boolean => (leases[partition]?.version ?? 0) !== this.replaced.get(partition);
    const isIdle = (partition: number): boolean => !this.working.has(partition) && !this.releasing.has(partition);
    this.release(
      giveUp.filter((partition) => this.working.has(partition)),
      'another replica gets them',
    );
    const mine = leases.flatMap((lease, partition) => (lease?.holder === this.me ? [partition] : []));
    this.begin(
      mine.filter((partition) => isTold(partition) && isIdle(partition) && !giveUp.includes(partition)),
      leases,
    );
    this.exchange(
      giveUp.filter((partition) => isTold(partition) && isIdle(partition)),
      take.filter(isTold),
      leases,
    );
  }

  private begin(partitions: readonly number[], leases: PartitionLeases): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) {
      this.replaced.delete(partition);
      this.working.set(partition, this.options.leases.fenceOf(partition, leases[partition]?.epoch ?? 0));
    }
    this.tell('took partitions', partitions);
    const ours = new Set(partitions);
    this.track(this.options.observe((key) => ours.has(this.partitionOf(key))));
  }

  private release(partitions: readonly number[], reason: string): void {
    if (partitions.length === 0) return;
    for (const partition of partitions) {
      this.working.delete(partition);
      this.releasing.add(partition);
    }
    this.tell('let go of partitions', partitions, reason);
    const lost = new Set(partitions);
    const released = this.options.release((key) => lost.has(this.partitionOf(key)));
    this.track(
      released.finally(() => {
        for (const partition of partitions) this.releasing.delete(partition);
        this.stepSoon();
      }),
    );
  }

  /** One transaction for each at most; while one is under way the next plan waits for what comes of it. */
  private exchange(clear: readonly number[], take: readonly number[], leases: PartitionLeases): void {
    if (this.writing || (clear.length === 0 && take.length === 0)) return;
    const { read, wallClock, leases: locks } = this.options;
    const hasNamespace = read.get(NAMESPACE_KEY) !== undefined;
    const taking = { partitions: take, leases, holder: this.me, now: wallClock(), hasNamespace };
    const both = async (): Promise<void> => {
      await this.write('cleared', clear, leases, locks.clearOperations(clear, leases), DEADLINE_MS);
      await this.write('taken', take, leases, locks.takeOperations(taking), DEADLINE_MS);
    };
    this.writing = true;
    this.track(
      both().finally(() => {
        this.writing = false;
      }),
    );
  }

  private async write(
    verb: 'taken' | 'cleared',
    partitions: readonly number[],
    leases: PartitionLeases,
    operations: readonly TransactionOperation[],
    withinMs: number,
  ): Promise<void> {
    if (operations.length === 0) return;
    const refusal = await this.options.transact(operations, withinMs);
    if (refusal === undefined) {
      for (const partition of partitions) this.replaced.set(partition, leases[partition]?.version ?? 0);
    } else {
      // Somebody was faster, which is in order, or the store is away: the next plan begins with what is so then.
      const level = refusal.reason === 'Conflict' || refusal.reason === 'AlreadyExists' ? 'info' : 'warn';
      this.options.logger[level]({ partitions, why: refusal.message }, `partitions were not ${verb}`);
    }
  }

  private track(task: Promise<void>): void {
    const tracked = task
      .catch((error: unknown) => this.options.logger.warn({ err: error }, 'a step of sharing partitions failed'))
      .finally(() => this.tasks.delete(tracked));
    this.tasks.add(tracked);
  }

  private tell(message: string, partitions: readonly number[], reason?: string): void {
    this.options.membership.holds(this.held);
    this.options.logger.info({ partitions, held: this.held, ...(reason === undefined ? {} : { reason }) }, message);
  }
}
