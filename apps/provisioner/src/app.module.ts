import { connectNats, faultPoints, HEALTH, LOGGER, METRICS, PlatformModule, watchNats } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Registry } from 'prom-client';

import type { DriverName, ProvisionerConfig } from './config.js';
import { ContainerDriver } from './container/container-driver.js';
import type { Driver } from './driver.js';
import { ExecDriver } from './exec/exec-driver.js';
import type { ReachPoint } from './fault.js';
import { takeFolder } from './folder-lock.js';
import { ProvisionerMetrics } from './provisioner-metrics.js';
import { Provisioner } from './provisioner.js';
import { WorkspaceFolders } from './workspace-folders.js';

const NATS = Symbol('NATS');

/** The folder of all workspaces, which is this process's own as long as it runs. */
interface OwnFolders {
  readonly folders: WorkspaceFolders;
  readonly giveBack: () => Promise<void>;
}
const FOLDERS = Symbol('FOLDERS');

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(NATS) private readonly nc: NatsConnection,
    @Inject(FOLDERS) private readonly own: OwnFolders,
    @Inject(Provisioner) private readonly provisioner: Provisioner,
    @Inject(HEALTH) private readonly health: HealthRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  static forRoot(config: ProvisionerConfig, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [PlatformModule.forRoot({ service: 'provisioner', config, logger })],
      providers: [
        {
          provide: NATS,
          useFactory: () => connectNats({ url: config.HOLDFAST_NATS_URL, name: 'provisioner' }),
        },
        {
          provide: FOLDERS,
          useFactory: async (): Promise<OwnFolders> => {
            const folders = new WorkspaceFolders(config.HOLDFAST_WORKSPACES_DIR);
            await folders.prepare();
            return { folders, giveBack: await takeFolder(config.HOLDFAST_WORKSPACES_DIR) };
          },
        },
        {
          provide: Provisioner,
          useFactory: async (nc: NatsConnection, { folders }: OwnFolders, metrics: Registry) => {
            const reach = faultPoints(config.HOLDFAST_FAULT);
            return new Provisioner({
              nc,
              folders,
              drivers: driversOf(config.HOLDFAST_PROVISIONERS, folders, reach),
              worker: await folders.workerName(),
              parallelism: config.HOLDFAST_BUILD_PARALLELISM,
              logger,
              metrics: new ProvisionerMetrics(metrics),
              reach,
            });
          },
          inject: [NATS, FOLDERS, METRICS],
        },
      ],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    watchNats(this.nc, this.health, this.logger);
    await this.provisioner.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.provisioner.stop();
    await this.own.giveBack();
    await this.nc.close();
  }
}

const driversOf = (
  names: readonly DriverName[],
  folders: WorkspaceFolders,
  reach: ReachPoint,
): ReadonlyMap<string, Driver> => {
  const { PATH: path = '/usr/local/bin:/usr/bin:/bin', LANG: lang = 'C.UTF-8' } = process.env;
  const make: Readonly<Record<DriverName, () => Driver>> = {
    exec: () => new ExecDriver({ folders, host: { path, lang }, reach }),
    container: () => new ContainerDriver({ folders, host: { path, lang } }),
  };
  return new Map(names.map((name) => [name, make[name]()]));
};
