import { randomUUID } from 'node:crypto';
import type { Server } from 'node:https';

import { CommandClient } from '@holdfast/command-client';
import { JetStreamCommitLog } from '@holdfast/log';
import {
  connectNats,
  HEALTH,
  LOGGER,
  METRICS,
  natsConnectionOptions,
  PlatformModule,
  SPANS,
  watchNats,
} from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import { openPool, ProjectionWatch, ReadModels } from '@holdfast/read-models';
import { coreKinds, kindFromCrd } from '@holdfast/resource';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type {
  BeforeApplicationShutdown,
  DynamicModule,
  OnApplicationBootstrap,
  OnApplicationShutdown,
  Provider,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import type { Pool } from 'pg';
import type { Registry } from 'prom-client';

import { Authenticator } from './auth/authenticator.js';
import { JetStreamBuildOutputs } from './build-log/build-outputs.js';
import { NatsClaimLeader } from './claims/claim-leader.js';
import { composeCollections } from './collections.js';
import { confirmedEnd } from './commands/confirmed-end.js';
import type { GatewayConfig } from './config.js';
import { JetStreamRunRecords } from './explain/run-records.js';
import { watchDependencies } from './health/dependencies.js';
import { composeWire } from './http/compose-wire.js';
import { StatusErrorFilter } from './http/status-error.filter.js';
import type { WireOptions } from './http/wire.js';
import { KindFinder } from './kinds/kind-finder.js';
import { KindLoader } from './kinds/kind-loader.js';
import { KindRegistry } from './kinds/kind-registry.js';
import { reachedBy } from './lists/reached-by.js';
import { ReadModelsReader } from './lists/read-models-reader.js';
import { startHub } from './watch/start-hub.js';
import type { WatchHub } from './watch/watch-hub.js';

const NATS = Symbol('NATS');
const POOL = Symbol('POOL');
const HUB = Symbol('HUB');
/** Injects what the routes are made of. */
export const WIRE = Symbol('WIRE');

@Module({})
export class AppModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(POOL) private readonly pool: Pool,
    @Inject(CommandClient) private readonly commands: CommandClient,
    @Inject(ProjectionWatch) private readonly projection: ProjectionWatch,
    @Inject(HUB) private readonly hub: WatchHub,
    @Inject(KindLoader) private readonly loader: KindLoader,
    @Inject(KindRegistry) private readonly registry: KindRegistry,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: GatewayConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: 'api-gateway', config, logger })],
      providers: [
        ...connections(config),
        ...knowledge(config),
        { provide: APP_FILTER, useClass: StatusErrorFilter },
        {
          provide: WIRE,
          useFactory: makeWire,
          inject: [
            CommandClient,
            KindRegistry,
            KindFinder,
            Authenticator,
            HUB,
            ReadModelsReader,
            JetStreamRunRecords,
            JetStreamBuildOutputs,
            NatsClaimLeader,
            HEALTH,
            METRICS,
            SPANS,
            LOGGER,
          ],
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    const { nc, pool, commands, registry, health, logger, http } = this;
    watchNats(nc, health, logger);
    watchDependencies({ health, pool, commands, registry, server: http.httpAdapter.getHttpServer() as Server });
    void this.loader.run();
  }

  /** Watches end while the server still writes; requests that are under way are answered. */
  async beforeApplicationShutdown(): Promise<void> {
    this.loader.stop();
    await this.hub.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.commands.close();
    this.projection.close();
    this.authenticator.close();
    await Promise.allSettled([this.pool.end(), this.nc.close()]);
  }
}

const connections = (config: GatewayConfig): Provider[] => [
  {
    provide: NATS,
    useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: 'api-gateway' }),
  },
  {
    provide: POOL,
    useFactory: () => openPool({ url: config.HOLDFAST_DATABASE_URL, name: 'api-gateway' }),
  },
  {
    provide: JetStreamCommitLog,
    useFactory: (nc: NatsConnection) =>
      JetStreamCommitLog.open({ nc, replicas: config.HOLDFAST_LOG_REPLICAS, create: false, sync: { trust: true } }),
    inject: [NATS],
  },
  {
    provide: CommandClient,
    useFactory: async (nc: NatsConnection, log: JetStreamCommitLog) => {
      const client = new CommandClient({ nc, sender: `api-gateway-${randomUUID()}`, log });
      await client.start();
      return client;
    },
    inject: [NATS, JetStreamCommitLog],
  },
  { provide: ProjectionWatch, useFactory: (nc: NatsConnection) => new ProjectionWatch(nc), inject: [NATS] },
  { provide: JetStreamBuildOutputs, useFactory: (nc: NatsConnection) => new JetStreamBuildOutputs(nc), inject: [NATS] },
  { provide: JetStreamRunRecords, useFactory: (nc: NatsConnection) => new JetStreamRunRecords(nc), inject: [NATS] },
  {
    provide: NatsClaimLeader,
    useFactory: (nc: NatsConnection) => {
      const { inboxPrefix = '_INBOX' } = natsConnectionOptions(config.HOLDFAST_NATS_URL);
      return new NatsClaimLeader(nc, inboxPrefix);
    },
    inject: [NATS],
  },
];

const knowledge = (config: GatewayConfig): Provider[] => [
  {
    provide: Authenticator,
    useFactory: (logger: Logger) => new Authenticator(config.HOLDFAST_TOKEN_FILE, logger),
    inject: [LOGGER],
  },
  {
    provide: KindRegistry,
    useFactory: () => new KindRegistry({ builtIn: coreKinds, readKind: kindFromCrd }),
  },
  {
    provide: KindFinder,
    useFactory: (registry: KindRegistry, commands: CommandClient) => new KindFinder(registry, commands),
    inject: [KindRegistry, CommandClient],
  },
  {
    provide: KindLoader,
    useFactory: (finder: KindFinder, registry: KindRegistry, logger: Logger) =>
      new KindLoader(finder, registry, logger),
    inject: [KindFinder, KindRegistry, LOGGER],
  },
  {
    provide: HUB,
    useFactory: startHub,
    inject: [JetStreamCommitLog, KindRegistry, CommandClient, METRICS, LOGGER],
  },
  {
    provide: ReadModelsReader,
    useFactory: (pool: Pool, commands: CommandClient, projection: ProjectionWatch, logger: Logger) =>
      new ReadModelsReader({
        models: new ReadModels(pool),
        confirmedEnd: confirmedEnd(commands),
        projected: reachedBy(projection),
        onFailure: (error) => logger.warn({ err: error }, 'the read models cannot be asked'),
      }),
    inject: [POOL, CommandClient, ProjectionWatch, LOGGER],
  },
];

const makeWire = (
  commands: CommandClient,
  registry: KindRegistry,
  kinds: KindFinder,
  authenticator: Authenticator,
  hub: WatchHub,
  reader: ReadModelsReader,
  runs: JetStreamRunRecords,
  outputs: JetStreamBuildOutputs,
  claims: NatsClaimLeader,
  health: HealthRegistry,
  metrics: Registry,
  spans: Spans,
  logger: Logger,
): WireOptions =>
  composeWire({
    commands,
    registry,
    kinds,
    authenticator,
    claims,
    health,
    metrics,
    spans,
    logger,
    ...composeCollections({ commands, registry, hub, reader, runs, outputs, logger }),
  });
