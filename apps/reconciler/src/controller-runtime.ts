/** The controllers of this process, fed by one listing and one follower of the log. */
import { randomUUID } from 'node:crypto';

import type { CommandClient } from '@holdfast/command-client';
import type { CommitLog } from '@holdfast/log';
import { childTraceparent } from '@holdfast/nest-platform';
import type { Logger } from '@holdfast/nest-platform';
import { ALL_SHARES, Controller } from '@holdfast/reconcile';
import type { Clock, ReconcilerDefinition, RunReport } from '@holdfast/reconcile';
import type { Registry } from 'prom-client';

import { ControllerMetrics } from './controller-metrics.js';
import { EventRecorder } from './event-recorder.js';
import { followWorld, listWorld } from './feed.js';
import type { FeedOptions } from './feed.js';
import { logRun } from './log-run.js';
import { StoreWriter } from './store-writer.js';
import { World } from './world.js';

const RESYNC_MS = 10 * 60 * 60 * 1_000;
const LISTING_RETRY_MS = 100;

const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export interface RuntimeOptions {
  readonly client: CommandClient;
  readonly log: CommitLog;
  readonly logger: Logger;
  readonly definitions: readonly ReconcilerDefinition[];
  readonly metrics: Registry;
  /** The name of this process. */
  readonly instance: string;
}

export class ControllerRuntime {
  /** Those that were given at first, and those that were added since. */
  readonly controllers: readonly Controller[];
  readonly world = new World();
  private readonly live: Controller[] = [];
  private readonly metrics: ControllerMetrics;
  private readonly recorder: EventRecorder;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private listed = false;
  private failure: Error | undefined;

  constructor(private readonly options: RuntimeOptions) {
    const { client, logger, instance, metrics } = options;
    this.controllers = this.live;
    this.metrics = new ControllerMetrics(metrics, () => this.controllers);
    this.recorder = new EventRecorder({ client, read: this.world.cache, logger, instance, now: () => new Date() });
    for (const definition of options.definitions) this.add(definition);
    this.world.onChange((change, cause) => {
      for (const controller of this.live) controller.observe(change, cause);
    });
  }

  /** Resolves at once; the listing waits for the store, however long that takes. */
  start(): void {
    this.running = this.run().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.options.logger.error({ err: error }, 'the reconcilers stopped');
    });
  }

  /** For health: rejects until everything was listed, and when following the log went wrong for good. */
  async check(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (!this.listed) throw new Error('the objects are not listed yet');
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.live.map((controller) => controller.stop()));
    await this.recorder.stop();
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

  private controllerOf(definition: ReconcilerDefinition): Controller {
    const { client } = this.options;
    return new Controller(definition, {
      clock: systemClock,
      random: Math.random,
      wallClock: () => new Date(),
      newId: randomUUID,
      newSpan: childTraceparent,
      queueObserver: this.metrics.queueObserver(definition.name),
      read: this.world.cache,
      shares: ALL_SHARES,
      writerFor: (run, signal) => new StoreWriter({ client, world: this.world, run, signal }),
      report: (run) => this.report(run),
    });
  }

  private report(run: RunReport): void {
    logRun(this.options.logger, run);
    this.metrics.count(run);
    this.recorder.record(run);
  }

  private async run(): Promise<void> {
    const { client, log, logger } = this.options;
    const feed: FeedOptions = { client, log, world: this.world, signal: this.stopping.signal };
    const after = await this.listUntilItWorks(feed);
    if (after === undefined) return;
    this.listed = true;
    logger.info({ objects: this.world.cache.all().length, after }, 'reconciling');
    for (const controller of this.live) controller.start();
    const resync = setInterval(() => this.world.resync(), RESYNC_MS * (0.9 + Math.random() * 0.2));
    resync.unref();
    try {
      await followWorld(feed, after, ({ header }) => client.observe(header));
    } finally {
      clearInterval(resync);
    }
  }

  private async listUntilItWorks(feed: FeedOptions): Promise<number | undefined> {
    while (!feed.signal.aborted) {
      try {
        return await listWorld(feed);
      } catch (error) {
        this.options.logger.warn({ err: error }, 'the objects cannot be listed yet');
        await new Promise((resolve) => setTimeout(resolve, LISTING_RETRY_MS));
      }
    }
    return undefined;
  }
}
