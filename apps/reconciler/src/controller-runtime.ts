/** The controllers of this process, fed by one listing and one follower of the log. */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';

import type { CommandClient } from '@holdfast/command-client';
import { keyText, RECONCILER_MEMBERS_SUBJECT } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import {
  EventRecorder,
  followWorld,
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
import type { Logger, Spans } from '@holdfast/nest-platform';
import { Controller, observationOf, PARTITIONS, uidOf } from '@holdfast/reconcile';
import type { ReconcilerDefinition, RunReport, WatchFailure } from '@holdfast/reconcile';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Registry } from 'prom-client';

import { ControllerMetrics } from './controller-metrics.js';
import { logRun } from './log-run.js';
import { PARTITION_LEASES } from './partition-leases.js';
import { spanOfRun } from './run-span.js';
import type { RunRecorder } from './runs/run-recorder.js';
import { watchShares } from './watch-shares.js';

export const SERVICE = 'reconciler';

const RESYNC_MS = 10 * 60 * 60 * 1_000;
/** Objects that are looked at again in one turn of the event loop. */
const OBSERVED_IN_A_TURN = 500;

export interface RuntimeOptions {
  readonly nc: NatsConnection;
  readonly client: CommandClient;
  readonly log: CommitLog;
  readonly logger: Logger;
  readonly definitions: readonly ReconcilerDefinition[];
  readonly metrics: Registry;
  readonly spans: Spans;
  /** The name of this process among the replicas. */
  readonly instance: string;
  /** Runs are not recorded when it is missing. */
  readonly runs?: RunRecorder;
  readonly reach: ReachPoint;
}

export class ControllerRuntime {
  /** Those that were given at first, and those that were added since. */
  readonly controllers: readonly Controller[];
  readonly world = new World();
  private readonly live: Controller[] = [];
  private readonly metrics: ControllerMetrics;
  private readonly recorder: EventRecorder;
  private readonly shares: ShareManager;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private listed = false;
  private failure: Error | undefined;

  constructor(private readonly options: RuntimeOptions) {
    const { client, logger, instance, metrics } = options;
    this.controllers = this.live;
    this.metrics = new ControllerMetrics(metrics, () => this.controllers);
    this.recorder = new EventRecorder({ client, logger, instance, now: () => new Date() });
    this.shares = this.shareManager();
    watchShares(metrics, this.shares);
    for (const definition of options.definitions) this.add(definition);
    this.world.onChange((change, cause) => {
      this.shares.noticed(change.key);
      for (const controller of this.live) controller.observe(change, cause);
    });
  }

  /** How many partitions of keys this replica works on. */
  get partitions(): number {
    return this.shares.held;
  }

  /** Resolves at once; the listing waits for the store, however long that takes. */
  start(): void {
    this.running = this.run().catch((error: unknown) => this.fail(error));
  }

  /** For health: rejects until everything was listed and keys were shared out, and when following the log went wrong for good. */
  async check(): Promise<string> {
    if (this.failure !== undefined) throw this.failure;
    if (!this.listed) throw new Error('the objects are not listed yet');
    if (!this.shares.hasJoined) throw new Error('has no share of the keys yet');
    return Promise.resolve(`works on ${this.shares.held} of ${PARTITIONS} partitions`);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.live.map((controller) => controller.stop()));
    await this.recorder.stop();
    await Promise.all([this.shares.stop(), this.options.runs?.stop()]);
    await this.running;
  }

  /** One more controller, at any time: it looks at every object that it is concerned with. Names are unique. */
  add(definition: ReconcilerDefinition): Controller {
    const { name } = definition;
    if (this.live.some((controller) => controller.definition.name === name)) {
      throw new Error(`a controller named "${name}" runs already`);
    }
    const controller = this.controllerOf(definition);
    this.live.push(controller);
    for (const state of this.world.cache.all()) controller.observe({ key: state.key, after: state }, undefined);
    if (this.listed) controller.start();
    return controller;
  }

  /** Aborts what runs and forgets what waits; resolves when nothing of the controller is on its way any more. */
  async remove(controller: Controller): Promise<void> {
    const stopped = controller.stop();
    await controller.release(() => true);
    await stopped;
    const index = this.live.indexOf(controller);
    if (index >= 0) this.live.splice(index, 1);
  }

  /** Nothing can be followed any more: what this replica holds is for the others to serve. */
  private async fail(error: unknown): Promise<void> {
    this.failure = error instanceof Error ? error : new Error(String(error));
    this.options.logger.error({ err: error }, 'the reconcilers stopped');
    await Promise.all(this.live.map((controller) => controller.stop()));
    await this.shares.stop();
  }

  private controllerOf(definition: ReconcilerDefinition): Controller {
    const { client, reach } = this.options;
    return new Controller(definition, {
      clock: systemClock,
      random: Math.random,
      wallClock: () => new Date(),
      newId: randomUUID,
      newSpan: childTraceparent,
      queueObserver: this.metrics.queueObserver(definition.name),
      read: this.world.cache,
      shares: this.shares,
      writerFor: (run, signal) => new StoreWriter({ client, world: this.world, run, signal, reach }),
      report: (run) => this.report(run),
      watchFailed: (failure) => this.reportWatch(failure),
    });
  }

  private shareManager(): ShareManager {
    const { nc, client, logger, instance: id } = this.options;
    const startedAt = new Date();
    return new ShareManager({
      clock: systemClock,
      wallClock: () => new Date(),
      membership: new Membership({
        nc,
        subject: RECONCILER_MEMBERS_SUBJECT,
        id,
        clock: systemClock,
        startedAt,
        timing: MEMBERSHIP_TIMING,
      }),
      leases: PARTITION_LEASES,
      read: this.world.cache,
      transact: transactWith(client, SERVICE),
      observe: (isMeant) => this.observeAgain(isMeant),
      release: async (isLost) => {
        // One that cannot end what it kept going must not let go of the keys of another too early.
        const released = await Promise.allSettled(this.live.map((controller) => controller.release(isLost)));
        for (const one of released) if (one.status === 'rejected') throw one.reason;
      },
      logger,
    });
  }

  private async observeAgain(isMeant: (key: ObjectKey) => boolean): Promise<void> {
    for (const [index, state] of this.world.cache.all().entries()) {
      const change = { key: state.key, after: state };
      for (const controller of this.live) controller.observe(change, undefined, isMeant);
      if (index % OBSERVED_IN_A_TURN === OBSERVED_IN_A_TURN - 1) await turn();
    }
  }

  private report(run: RunReport): void {
    logRun(this.options.logger, run);
    this.metrics.count(run);
    const observation = observationOf(run);
    if (observation !== undefined && run.object !== undefined)
      this.recorder.record({ observation, object: run.object, run });
    if (this.options.spans.areCollected) this.options.spans.record(spanOfRun(run));
    this.options.runs?.record(run, run.object && uidOf(run.object));
  }

  private reportWatch(failure: WatchFailure): void {
    const { controller, key, error } = failure;
    this.options.logger.error({ controller, key: keyText(key), err: error }, 'a watch failed, and woke nobody');
    this.metrics.countWatch(failure);
  }

  private async run(): Promise<void> {
    const { client, log, logger } = this.options;
    const feed: FeedOptions = { service: SERVICE, client, log, world: this.world, signal: this.stopping.signal };
    const listing = await listWorldWhenPossible(feed, logger);
    if (listing === undefined) return;
    const after = listing.sequence;
    this.listed = true;
    logger.info({ objects: this.world.cache.all().length, after }, 'reconciling');
    for (const controller of this.live) controller.start();
    this.shares.start();
    const resync = setInterval(() => this.world.resync(), RESYNC_MS * (0.9 + Math.random() * 0.2));
    resync.unref();
    try {
      await followWorld(feed, after, ({ header }) => client.observe(header));
    } finally {
      clearInterval(resync);
    }
  }
}
