import { HEALTH, LOGGER, METRICS, PlatformModule, SPANS } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import { Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';

import type { StoreConfig } from './config.js';
import { Store } from './store.js';

@Module({})
export class AppModule implements BeforeApplicationShutdown {
  constructor(@Inject(Store) private readonly store: Store) {}

  static forRoot(config: StoreConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: 'resource-store', config, logger })],
      providers: [
        {
          provide: Store,
          useFactory: (health: HealthRegistry, metrics: Registry, spans: Spans, log: Logger) =>
            Store.open(config, { health, metrics, spans, logger: log }),
          inject: [HEALTH, METRICS, SPANS, LOGGER],
        },
      ],
    };
  }

  /** Health and metrics are served until this is done. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
