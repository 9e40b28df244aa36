import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import { AdminServer } from './admin-server.js';
import type { ServiceConfig } from './config.js';
import { HealthRegistry } from './health.js';
import type { Logger } from './logger.js';
import { createMetrics } from './metrics.js';
import { Spans } from './spans.js';

/** Injects the process's logger. */
export const LOGGER = Symbol('LOGGER');
/** Injects the process's metrics registry. */
export const METRICS = Symbol('METRICS');
/** Injects where the process's spans go. */
export const SPANS = Symbol('SPANS');
/** Injects the process's health registry. */
export const HEALTH = Symbol('HEALTH');
const ADMIN_SERVER = Symbol('ADMIN_SERVER');

export interface Platform {
  readonly service: string;
  readonly config: Pick<ServiceConfig, 'HOLDFAST_ADMIN_HOST' | 'HOLDFAST_ADMIN_PORT' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>;
  readonly logger: Logger;
}

/** What every service has: a logger, metrics, health, and the port on which operators ask for them. */
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    @Inject(ADMIN_SERVER) private readonly admin: AdminServer,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(SPANS) private readonly spans: Spans,
  ) {}

  static forRoot({ service, config, logger }: Platform): DynamicModule {
    const listen = async (health: HealthRegistry, metrics: Registry): Promise<AdminServer> => {
      const { HOLDFAST_ADMIN_HOST: host, HOLDFAST_ADMIN_PORT: port } = config;
      const admin = await AdminServer.listen({ host, port, health, metrics });
      logger.info({ admin: admin.url }, 'health and metrics are served');
      return admin;
    };
    return {
      module: PlatformModule,
      global: true,
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: METRICS, useFactory: () => createMetrics(service) },
        { provide: HEALTH, useFactory: () => new HealthRegistry(service) },
        {
          provide: SPANS,
          useFactory: (metrics: Registry) =>
            new Spans({ service, endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, metrics, logger }),
          inject: [METRICS],
        },
        { provide: ADMIN_SERVER, useFactory: listen, inject: [HEALTH, METRICS] },
      ],
      exports: [LOGGER, METRICS, HEALTH, SPANS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.health.close();
    await this.spans.close();
    await this.admin.close();
  }
}
