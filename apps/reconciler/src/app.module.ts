import { randomUUID } from 'node:crypto';

import { CommandClient } from '@holdfast/command-client';
import { rackReconcilers } from '@holdfast/example-rack';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats, HEALTH, LOGGER, METRICS, PlatformModule, SPANS, watchNats } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import type { ReconcilerConfig } from './config.js';
import { ControllerRuntime } from './controller-runtime.js';
import { eventExpiry } from './lifecycle/event-expiry.js';
import { garbageCollector } from './lifecycle/garbage-collector.js';
import { kindLifecycle } from './lifecycle/kind-lifecycle.js';
import { namespaceLifecycle } from './lifecycle/namespace-lifecycle.js';

const NATS = Symbol('NATS');
const CLIENT = Symbol('CLIENT');
const RUNTIME = Symbol('RUNTIME');

/** The name of this process among the replicas. */
const INSTANCE = `reconciler-${randomUUID()}`;

/** Everything that this service reconciles. */
const DEFINITIONS = [garbageCollector, namespaceLifecycle, kindLifecycle, eventExpiry, ...rackReconcilers];

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(CLIENT) private readonly client: CommandClient,
    @Inject(RUNTIME) private readonly runtime: ControllerRuntime,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: ReconcilerConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: 'reconciler', config, logger })],
      providers: [
        {
          provide: NATS,
          useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: 'reconciler' }),
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
          provide: RUNTIME,
          useFactory: (
            nc: NatsConnection,
            client: CommandClient,
            log: JetStreamCommitLog,
            metrics: Registry,
            spans: Spans,
          ) =>
            new ControllerRuntime({
              nc,
              client,
              log,
              logger,
              definitions: DEFINITIONS,
              metrics,
              spans,
              instance: INSTANCE,
            }),
          inject: [NATS, CLIENT, JetStreamCommitLog, METRICS, SPANS],
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    watchNats(this.nc, this.health, this.logger);
    this.health.add('reconcilers', () => this.runtime.check());
    this.health.addFact('instance', () => INSTANCE);
    this.health.addFact('partitions', () => this.runtime.partitions);
    this.runtime.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.stop();
    this.client.close();
    await this.nc.close();
  }
}
