import { randomUUID } from 'node:crypto';

import { CommandClient } from '@holdfast/command-client';
import { installKinds } from '@holdfast/control-loop';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats, faultPoints, HEALTH, LOGGER, METRICS, PlatformModule, watchNats } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger } from '@holdfast/nest-platform';
import { PREBUILD_KINDS } from '@holdfast/prebuild';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import type { OrchestratorConfig } from './config.js';
import { Leadership, SERVICE } from './leader/leadership.js';
import { orchestratorParts } from './parts.js';

const NATS = Symbol('NATS');
const CLIENT = Symbol('CLIENT');
const LEADERSHIP = Symbol('LEADERSHIP');

/** The name of this process among the replicas. */
const INSTANCE = `${SERVICE}-${randomUUID()}`;

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(CLIENT) private readonly client: CommandClient,
    @Inject(LEADERSHIP) private readonly leadership: Leadership,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: OrchestratorConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: SERVICE, config, logger })],
      providers: [
        { provide: NATS, useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: SERVICE }) },
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
          provide: LEADERSHIP,
          useFactory: (nc: NatsConnection, client: CommandClient, log: JetStreamCommitLog, metrics: Registry) =>
            new Leadership({
              nc,
              client,
              log,
              logger,
              instance: INSTANCE,
              parts: orchestratorParts({ config, log, metrics }),
              reach: faultPoints(config.HOLDFAST_FAULT),
            }),
          inject: [NATS, CLIENT, JetStreamCommitLog, METRICS],
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    watchNats(this.nc, this.health, this.logger);
    this.health.add('pools', () => this.leadership.check());
    this.health.addFact('instance', () => INSTANCE);
    this.health.addFact('epoch', () => this.leadership.epoch);
    this.leadership.start();
    const { client, logger, stopping } = this;
    void installKinds(PREBUILD_KINDS, { service: SERVICE, client, logger, signal: stopping.signal });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.leadership.stop();
    this.client.close();
    await this.nc.close();
  }
}
