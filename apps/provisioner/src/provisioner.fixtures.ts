/** A provisioner in a test's own process, with folders of its own. */
import { createLogger, natsConnectionOptions } from '@holdfast/nest-platform';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { Registry } from 'prom-client';

import { ContainerDriver } from './container/container-driver.js';
import type { Driver } from './driver.js';
import { ExecDriver } from './exec/exec-driver.js';
import { processesOf } from './exec/process-table.js';
import { ProvisionerMetrics } from './provisioner-metrics.js';
import { Provisioner } from './provisioner.js';
import { WorkspaceFolders } from './workspace-folders.js';

export const HOST = { path: '/usr/local/bin:/usr/bin:/bin', lang: 'C.UTF-8' };

export interface TestProvisioner {
  readonly folders: WorkspaceFolders;
  stop(): Promise<void>;
}

export interface TestProvisionerOptions {
  readonly url: string;
  readonly dir: string;
  readonly parallelism?: number;
}

export const startProvisioner = async (options: TestProvisionerOptions): Promise<TestProvisioner> => {
  const nc: NatsConnection = await connect(natsConnectionOptions(options.url));
  const folders = new WorkspaceFolders(options.dir);
  await folders.prepare();
  const provisioner = new Provisioner({
    nc,
    folders,
    drivers: new Map<string, Driver>([
      ['exec', new ExecDriver({ folders, host: HOST, reach: () => undefined })],
      ['container', new ContainerDriver({ folders, host: { ...HOST, path: '/nowhere' } })],
    ]),
    worker: await folders.workerName(),
    parallelism: options.parallelism ?? 4,
    logger: createLogger('provisioner', 'error'),
    metrics: new ProvisionerMetrics(new Registry()),
    reach: () => undefined,
    timing: { beatMs: 200, pollMs: 200 },
  });
  await provisioner.start();
  return {
    folders,
    stop: async () => {
      await provisioner.stop();
      await nc.close();
    },
  };
};

export const countProcesses = async (uid: string): Promise<number> => (await processesOf({ uid })).length;
