import { randomUUID } from 'node:crypto';

import { CommandClient } from '@holdfast/command-client';
import { installKinds } from '@holdfast/control-loop';
import { rackReconcilers } from '@holdfast/example-rack';
import { staticSiteReconciler } from '@holdfast/example-static-site';
import { JetStreamCommitLog } from '@holdfast/log';
import {
  connectNats,
  faultPoints,
  HEALTH,
  LOGGER,
  METRICS,
  natsConnectionOptions,
  PlatformModule,
  SPANS,
  watchNats,
} from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import type { ReconcilerConfig } from './config.js';
import { ControllerRuntime, SERVICE } from './controller-runtime.js';
import { eventExpiry } from './lifecycle/event-expiry.js';
import { garbageCollector } from './lifecycle/garbage-collector.js';
import { kindLifecycle } from './lifecycle/kind-lifecycle.js';
import { namespaceLifecycle } from './lifecycle/namespace-lifecycle.js';
import { RunRecorder } from './runs/run-recorder.js';
import { LiveReconcilers } from './workers/live-reconcilers.js';
import { RECONCILER_DEFINITION } from './workers/reconciler-kind.js';
import { WorkerCalls } from './workers/worker-calls.js';

const NATS = Symbol('NATS');
const CLIENT = Symbol('CLIENT');
const RUNTIME = Symbol('RUNTIME');
const WORKER_CALLS = Symbol('WORKER_CALLS');

/** The name of this process among the replicas. */
const INSTANCE = `${SERVICE}-${randomUUID()}`;

/** Controllers that look at every object there is. */
const HOUSEKEEPERS = [garbageCollector(), namespaceLifecycle, kindLifecycle, eventExpiry];

/** Everything that this service reconciles. */
const definitionsOf = ({ HOLDFAST_SITES_DIR: root }: ReconcilerConfig) => [
  ...HOUSEKEEPERS,
  ...rackReconcilers,
  staticSiteReconciler({ root }),
];

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(CLIENT) private readonly client: CommandClient,
    @Inject(RUNTIME) private readonly runtime: ControllerRuntime,
    @Inject(WORKER_CALLS) private readonly calls: WorkerCalls,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: ReconcilerConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: SERVICE, config, logger })],
      providers: [
        {
          provide: NATS,
          useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: SERVICE }),
        },
        {
          provide: JetStreamCommitLog,
          useFactory: (nc: NatsConnection) =>
            JetStreamCommitLog.open({
              nc,
              replicas: config.HOLDFAST_LOG_REPLICAS,
              create: false,
              sync: { trust: true },
            }),
          inject: [NATS],
        },
        {
          provide: CLIENT,
          useFactory: async (nc: NatsConnection, log: JetStreamCommitLog) => {
            const client = new CommandClient({ nc, sender: INSTANCE, log });
            await client.start();
            return client;
          },
          inject: [NATS, JetStreamCommitLog],
        },
        {
          provide: RunRecorder,
          useFactory: (nc: NatsConnection, metrics: Registry) =>
            new RunRecorder({
              nc,
              stream: runsStreamOf(config),
              metrics,
              logger,
              housekeepers: HOUSEKEEPERS.map(({ name }) => name),
            }),
          inject: [NATS, METRICS],
        },
        {
          provide: RUNTIME,
          useFactory: (
            nc: NatsConnection,
            client: CommandClient,
            log: JetStreamCommitLog,
            metrics: Registry,
            spans: Spans,
            runs: RunRecorder,
          ) =>
            new ControllerRuntime({
              nc,
              client,
              log,
              logger,
              definitions: definitionsOf(config),
              metrics,
              spans,
              instance: INSTANCE,
              runs,
              reach: faultPoints(config.HOLDFAST_FAULT),
            }),
          inject: [NATS, CLIENT, JetStreamCommitLog, METRICS, SPANS, RunRecorder],
        },
        {
          provide: WORKER_CALLS,
          useFactory: (nc: NatsConnection, metrics: Registry) => {
            const { inboxPrefix = '_INBOX' } = natsConnectionOptions(config.HOLDFAST_NATS_URL);
            return new WorkerCalls({ nc, inboxPrefix, metrics });
          },
          inject: [NATS, METRICS],
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    watchNats(this.nc, this.health, this.logger);
    this.health.add('reconcilers', () => this.runtime.check());
    this.health.addFact('instance', () => INSTANCE);
    this.health.addFact('partitions', () => this.runtime.partitions);
    new LiveReconcilers({ runtime: this.runtime, calls: this.calls });
    this.runtime.start();
    const { client, logger, stopping } = this;
    void installKinds([RECONCILER_DEFINITION], { service: SERVICE, client, logger, signal: stopping.signal });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.runtime.stop();
    this.client.close();
    await this.nc.close();
  }
}

const runsStreamOf = (config: ReconcilerConfig) => ({
  replicas: config.HOLDFAST_LOG_REPLICAS,
  maxBytes: config.HOLDFAST_RUNS_MAX_BYTES,
  maxAgeMs: config.HOLDFAST_RUNS_MAX_AGE,
});
