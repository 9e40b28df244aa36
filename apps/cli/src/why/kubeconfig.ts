/** Reads what a kubeconfig says about the cluster of its current context. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

import type { GatewayAccess } from '../gateway-client.js';

export interface KubeconfigAccess extends GatewayAccess {
  readonly namespace: string;
}

const schema = z.looseObject({
  'current-context': z.string(),
  contexts: z.array(
    z.looseObject({
      name: z.string(),
      context: z.looseObject({ cluster: z.string(), user: z.string(), namespace: z.string().optional() }),
    }),
  ),
  clusters: z.array(
    z.looseObject({
      name: z.string(),
      cluster: z.looseObject({
        server: z.string(),
        'certificate-authority-data': z.string().optional(),
        'certificate-authority': z.string().optional(),
      }),
    }),
  ),
  users: z.array(
    z.looseObject({
      name: z.string(),
      user: z.looseObject({ token: z.string().optional(), tokenFile: z.string().optional() }),
    }),
  ),
});

/** Throws an Error that names the file and what is missing in it. */
export const readKubeconfig = async (file: string): Promise<KubeconfigAccess> => {
  const fail = (problem: string): never => {
    throw new Error(`${file}: ${problem}`);
  };
  const text = await readFile(file, 'utf8').catch(() => fail('there is no such file; is a stack running?'));
  const parsed = schema.safeParse(parse(text));
  if (!parsed.success) return fail(`is no kubeconfig: ${z.prettifyError(parsed.error)}`);
  const { contexts, clusters, users, 'current-context': current } = parsed.data;
  const context = contexts.find(({ name }) => name === current)?.context ?? fail(`has no context "${current}"`);
  const cluster = clusters.find(({ name }) => name === context.cluster)?.cluster;
  const user = users.find(({ name }) => name === context.user)?.user;
  if (cluster === undefined || user === undefined) return fail(`has no cluster or user for the context "${current}"`);
  const beside = (path: string): Promise<string> => readFile(resolve(dirname(file), path), 'utf8');
  const { 'certificate-authority-data': data, 'certificate-authority': authority } = cluster;
  return {
    gateway: cluster.server.replace(/\/$/, ''),
    authorityPem:
      authority === undefined ? Buffer.from(data ?? '', 'base64').toString('utf8') : await beside(authority),
    token: user.token ?? (user.tokenFile === undefined ? fail('has no token') : (await beside(user.tokenFile)).trim()),
    namespace: context.namespace ?? 'default',
  };
};
