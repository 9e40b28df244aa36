/** Declares what manifests say. What people have changed since stays as it is; kinds follow the release. */
import { setTimeout as delay } from 'node:timers/promises';

import { GatewayRefusal } from '../gateway-client.js';
import type { GatewayClient, JsonObject } from '../gateway-client.js';
import type { Manifest } from './manifests.js';

type Client = Pick<GatewayClient, 'get' | 'create' | 'mergePatch'>;

export type Applied = 'created' | 'configured' | 'unchanged';

const KIND_LIMIT_MS = 10_000;
const KIND_LOOK_MS = 50;

/** A kind that was declared a moment ago is waited for. */
export const apply = async (client: Client, manifest: Manifest): Promise<Applied> => {
  const collection = await collectionPath(client, manifest);
  const path = `${collection}/${encodeURIComponent(manifest.metadata.name)}`;
  const current = await absentAs(undefined, client.get(path));
  if (current === undefined) {
    await client.create(collection, manifest);
    return 'created';
  }
  if (manifest.kind !== 'CustomResourceDefinition') return 'unchanged';
  const patched = await client.mergePatch(path, manifest);
  return versionOf(patched) === versionOf(current) ? 'unchanged' : 'configured';
};

/** The path of one object that a manifest names. */
export const objectPath = async (client: Pick<GatewayClient, 'get'>, manifest: Manifest): Promise<string> =>
  `${await collectionPath(client, manifest)}/${encodeURIComponent(manifest.metadata.name)}`;

const collectionPath = async (
  client: Pick<GatewayClient, 'get'>,
  { apiVersion, kind, metadata }: Manifest,
): Promise<string> => {
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { name, namespaced } = await discover(client, base, kind);
  return namespaced ? `${base}/namespaces/${metadata.namespace ?? 'default'}/${name}` : `${base}/${name}`;
};

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const discover = async (client: Pick<GatewayClient, 'get'>, base: string, kind: string): Promise<ApiResource> => {
  const deadline = performance.now() + KIND_LIMIT_MS;
  for (;;) {
    const list = await absentAs({ resources: [] }, client.get(base));
    const resources = list['resources'] as readonly ApiResource[];
    const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`the gateway serves no ${kind} at ${base}`);
    await delay(KIND_LOOK_MS);
  }
};

const absentAs = <T>(instead: T, call: Promise<JsonObject>): Promise<JsonObject | T> =>
  call.catch((error: unknown) => {
    if (error instanceof GatewayRefusal && error.code === 404) return instead;
    throw error;
  });

const versionOf = (object: JsonObject): unknown => (object['metadata'] as JsonObject)['resourceVersion'];
