import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import { AdminServer } from './admin-server.js';
import type { ServiceConfig } from './config.js';
import { HealthRegistry } from './health.js';
import type { Logger } from './logger.js';
import { createMetrics } from './metrics.js';

/** Injects the process's logger. */
export const LOGGER = Symbol('LOGGER');
/** Injects the process's metrics registry. */
export const METRICS = Symbol('METRICS');
/** Injects the process's health registry. */
export const HEALTH = Symbol('HEALTH');
const ADMIN_SERVER = Symbol('ADMIN_SERVER');

export interface Platform {
  readonly service: string;
  readonly config: Pick<ServiceConfig, 'HOLDFAST_ADMIN_HOST' | 'HOLDFAST_ADMIN_PORT'>;
  readonly logger: Logger;
}

/** What every service has: a logger, metrics, health, and the port on which operators ask for them. */
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(
    @Inject(ADMIN_SERVER) private readonly admin: AdminServer,
    @Inject(HEALTH) private readonly health: HealthRegistry,
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
        { provide: ADMIN_SERVER, useFactory: listen, inject: [HEALTH, METRICS] },
      ],
      exports: [LOGGER, METRICS, HEALTH],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.health.close();
    await this.admin.close();
  }
}
