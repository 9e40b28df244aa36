import { connectNats, HEALTH, LOGGER, PlatformModule, watchNats } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, ServiceConfig } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

const NATS = Symbol('NATS');

/** Connected and healthy; the pools that it will plan are not kinds yet. */
@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: ServiceConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: 'prebuild-orchestrator', config, logger })],
      providers: [
        {
          provide: NATS,
          useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: 'prebuild-orchestrator' }),
        },
      ],
    };
  }

  onApplicationBootstrap(): void {
    watchNats(this.nc, this.health, this.logger);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.nc.close();
  }
}
