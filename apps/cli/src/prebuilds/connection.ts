/** How the subcommands of `holdfast prebuilds` reach the gateway, and where their objects are. */
import { join } from 'node:path';
import type { Command } from 'commander';

import { GatewayClient, GatewayRefusal } from '../gateway-client.js';
import { readKubeconfig } from '../why/kubeconfig.js';
import { defaultDir } from '../workspace.js';

export interface ConnectionOptions {
  readonly namespace?: string;
  readonly dir: string;
  readonly kubeconfig?: string;
}

export interface Pools {
  readonly client: GatewayClient;
  /** Of a collection of the kinds of pools, or of an object in it. */
  readonly path: (resource: string, name?: string) => string;
  /** The namespace that was asked for, where it is not the one of the kubeconfig: further commands need it, too. */
  readonly otherNamespace?: string;
}

export const addConnectionOptions = (command: Command): Command =>
  command
    .option('-n, --namespace <namespace>', 'its namespace (default: the one of the kubeconfig)')
    .option('--dir <folder>', 'the folder of the stack to ask', defaultDir)
    .option('--kubeconfig <file>', 'how to reach the gateway (default: the kubeconfig of that stack)');

/** What the gateway refuses is told in its own words. */
export const withPools = async <T>(options: ConnectionOptions, work: (pools: Pools) => Promise<T>): Promise<T> => {
  const access = await readKubeconfig(options.kubeconfig ?? join(options.dir, 'kubeconfig'));
  const client = new GatewayClient(access);
  const namespace = encodeURIComponent(options.namespace ?? access.namespace);
  const path = (resource: string, name?: string): string =>
    [`/apis/prebuilds.holdfast.dev/v1/namespaces/${namespace}/${resource}`, name]
      .filter((part) => part !== undefined)
      .join('/');
  const { namespace: asked } = options;
  const other = asked === undefined || asked === access.namespace ? {} : { otherNamespace: asked };
  try {
    return await work({ client, path, ...other });
  } catch (error) {
    throw error instanceof GatewayRefusal ? new Error(error.reasonText) : error;
  } finally {
    await client.close();
  }
};
