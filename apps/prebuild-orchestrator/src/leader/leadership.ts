/**
 * One leader among the replicas of the orchestrator. Every replica keeps a copy of all objects; the one that holds the
 * Lease runs the parts, and stops them before it lets go:
 *
 *   listing ──► standing by ──its take of the Lease, in the log──► leading ──lost, not heard, stopping──► standing by
 *
 * What a leader wrote before is in the copy by then, since its successor begins with the event of the take.
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import type { CommandClient } from '@holdfast/command-client';
import { keyText, ORCHESTRATOR_MEMBERS_SUBJECT } from '@holdfast/contracts';
import type { LogEvent } from '@holdfast/contracts';
import {
  EventRecorder,
  followWorld,
  Leases,
  listWorldWhenPossible,
  Membership,
  MEMBERSHIP_TIMING,
  ShareManager,
  StoreWriter,
  systemClock,
  transactWith,
  World,
} from '@holdfast/control-loop';
import type { FeedOptions, ReachPoint } from '@holdfast/control-loop';
import type { CommitLog } from '@holdfast/log';
import { childTraceparent } from '@holdfast/nest-platform';
import type { Logger } from '@holdfast/nest-platform';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import type { ObjectState, RunIdentity } from '@holdfast/reconcile';
import type { NatsConnection } from '@nats-io/transport-node';

import { SWITCHES } from '../switches.js';
import { LogView } from './log-view.js';
import type { LeaderContext, OrchestratorPart, Piece, Work } from './orchestrator-part.js';

export const SERVICE = 'prebuild-orchestrator';
const LEASE = new Leases([SERVICE]);

export interface LeadershipOptions {
  readonly nc: NatsConnection;
  readonly client: CommandClient;
  readonly log: CommitLog;
  readonly logger: Logger;
  /** The name of this process among the replicas. */
  readonly instance: string;
  /** Started in this order, stopped all at once. */
  readonly parts: readonly OrchestratorPart[];
  readonly reach: ReachPoint;
}

interface Term {
  readonly epoch: number;
  readonly aborting: AbortController;
}

export class Leadership {
  private readonly world = new World();
  private readonly view = new LogView((key) => key.group === PREBUILDS_GROUP || keyText(key) === keyText(SWITCHES));
  private readonly shares: ShareManager;
  private readonly events: EventRecorder;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private term: Term | undefined;
  private listed = false;
  private failure: Error | undefined;

  constructor(private readonly options: LeadershipOptions) {
    const { client, logger, instance } = options;
    this.events = new EventRecorder({ client, logger, instance, now: () => new Date() });
    this.shares = this.shareManager();
    this.world.onChange(({ key }) => this.shares.noticed(key));
  }

  /** Of the term of this process; undefined while it does not lead. */
  get epoch(): number | undefined {
    return this.term?.epoch;
  }

  /** Resolves at once; the listing waits for the store, however long that takes. */
  start(): void {
    this.running = this.run().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.options.logger.error({ err: error }, 'the orchestrator stopped');
    });
  }

  /** For health: rejects until everything was listed and somebody leads, and when following the log went wrong for good. */
  async check(): Promise<string> {
    if (this.failure !== undefined) throw this.failure;
    if (!this.listed) throw new Error('the objects are not listed yet');
    if (!this.shares.hasJoined) throw new Error('nobody leads yet');
    return this.term === undefined ? 'another one leads' : `leads in epoch ${this.term.epoch}`;
  }

  /** What was begun is finished or left to the next leader, which can begin at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.endTerm('it is stopping');
    await this.events.stop();
    await this.shares.stop();
    await this.running;
  }

  private shareManager(): ShareManager {
    const { nc, client, logger, instance: id } = this.options;
    return new ShareManager({
      clock: systemClock,
      wallClock: () => new Date(),
      membership: new Membership({
        nc,
        subject: ORCHESTRATOR_MEMBERS_SUBJECT,
        id,
        clock: systemClock,
        startedAt: new Date(),
        timing: MEMBERSHIP_TIMING,
      }),
      leases: LEASE,
      read: this.world.cache,
      transact: transactWith(client, SERVICE),
      observe: async () => this.beginTerm(),
      release: () => this.endTerm('the lease is not ours any more'),
      logger,
    });
  }

  private beginTerm(): void {
    const fence = this.shares.shareOf(LEASE.keyOf(0))?.fence;
    if (fence === undefined || this.term !== undefined || this.stopping.signal.aborted) return;
    const aborting = new AbortController();
    // Every claim that is settled may wait for the log.
    setMaxListeners(0, aborting.signal);
    this.term = { epoch: fence.epoch, aborting };
    this.options.logger.info({ epoch: fence.epoch }, 'leading');
    const leader = this.contextOf(fence, aborting.signal);
    for (const part of this.options.parts) part.start(leader);
  }

  private async endTerm(why: string): Promise<void> {
    const { term } = this;
    if (term === undefined) return;
    term.aborting.abort(new Error(`this process leads no more: ${why}`));
    await Promise.all(this.options.parts.map((part) => part.stop()));
    if (this.term === term) this.term = undefined;
    this.options.logger.info({ epoch: term.epoch, why }, 'leading no more');
  }

  private contextOf(fence: LeaderContext['fence'], signal: AbortSignal): LeaderContext {
    const { nc, client, logger, reach } = this.options;
    const begin = ({ controller, about, cause, asker }: Work): Piece => {
      const run: RunIdentity = {
        id: randomUUID(),
        controller,
        key: about,
        reason: cause === undefined ? 'Resync' : 'Change',
        cause,
        traceparent: childTraceparent(asker?.traceparent ?? cause?.traceparent),
        attempt: 0,
        fence,
      };
      const toAsker = asker === undefined ? {} : { asker };
      return { run, write: new StoreWriter({ client, world: this.world, run, signal, reach, ...toAsker }) };
    };
    return {
      epoch: fence.epoch,
      fence,
      read: this.world.cache,
      view: this.view,
      nc,
      client,
      logger,
      events: this.events,
      signal,
      begin,
      onChange: (listener) => {
        const end = this.world.onChange(listener);
        signal.addEventListener('abort', end, { once: true });
      },
    };
  }

  private async run(): Promise<void> {
    const { client, log, logger } = this.options;
    const world = {
      list: (state: ObjectState): void => {
        this.view.list(state);
        this.world.list(state);
      },
      follow: (event: LogEvent): void => {
        this.view.follow(event);
        this.world.follow(event);
      },
    };
    const feed: FeedOptions = { service: SERVICE, client, log, world, signal: this.stopping.signal };
    const listing = await listWorldWhenPossible(feed, logger);
    if (listing === undefined) return;
    this.view.reached(listing.version);
    this.listed = true;
    logger.info({ objects: this.world.cache.all().length, after: listing.sequence }, 'standing by');
    this.shares.start();
    await followWorld(feed, listing.sequence, ({ header, boundary }) => {
      this.view.reached(boundary);
      client.observe(header);
    });
  }
}
