/** A pool that is ready without anybody having built it, many who claim from it, and the log as the judge of what they got. */
import { setTimeout as delay } from 'node:timers/promises';

import { expect } from '@jest/globals';

import type { JsonObject } from '@holdfast/kernel';
import type { TestStack } from '@holdfast/testing';

import { UnexpectedAnswer } from './gateway-client.fixtures.js';
import type { GatewayClient, KubeObject } from './gateway-client.fixtures.js';
import { eventsOf } from './log.fixtures.js';
import { poolPreset, POOLS, POOLS_GROUP, template, templateVersion } from './pool-kinds.fixtures.js';

const WORKSPACES = `${POOLS}/workspaces`;
const IN_A_TRANSACTION = 100;
const AT_ONCE = 16;
const PATIENCE_MS = 120_000;
const PAUSE_MS = 100;

export interface ClaimResult {
  readonly claim: KubeObject;
  readonly workspace: KubeObject;
}

/** `<prefix>-0`, `<prefix>-1` and so on. */
export const numbered = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${i}`);

const workspaceOf = (pool: string, name: string) => ({
  apiVersion: `${POOLS_GROUP}/v1`,
  kind: 'Workspace',
  metadata: { name, namespace: 'default', finalizers: [`${POOLS_GROUP}/workspace`] },
  spec: { template: pool, version: `${pool}-v1`, preset: pool, parameters: { size: 'large' }, owner: 'prebuilds' },
});

const readyStatus = (): JsonObject => {
  const time = new Date().toISOString();
  return {
    phase: 'Ready',
    build: { number: 1, transition: 'start', status: 'succeeded', queuedAt: time, startedAt: time, endedAt: time },
    builtAt: time,
    readyAt: time,
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Ready', message: 'it can be used', lastTransitionTime: time },
    ],
  };
};

/** A preset with as many workspaces ready; it is paused, so that nothing but claims happens to them. */
export const readyPool = async (client: GatewayClient, pool: string, size: number): Promise<readonly string[]> => {
  await client.create(`${POOLS}/templates`, template(pool));
  await client.create(`${POOLS}/templateversions`, templateVersion(`${pool}-v1`, pool));
  await client.mergePatch(`${POOLS}/templates/${pool}`, { spec: { activeVersion: `${pool}-v1` } });
  await client.create(`${POOLS}/presets`, poolPreset(pool, pool, { instances: size, paused: true }));
  const names = numbered(size, pool);
  for (let from = 0; from < size; from += IN_A_TRANSACTION) {
    const operations = names
      .slice(from, from + IN_A_TRANSACTION)
      .map((name) => ({ op: 'create', object: workspaceOf(pool, name) }));
    await client.create('/apis/holdfast.dev/v1/transactions', { operations });
  }
  await inParallel(names, (name) => client.mergePatch(`${WORKSPACES}/${name}/status`, { status: readyStatus() }));
  return names;
};

const inParallel = async <T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> => {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** Claims as a client that repeats what it does not know the end of, with the same key, until it knows. */
export const claimWithKey = async (client: GatewayClient, pool: string, key: string): Promise<ClaimResult> => {
  const path = `${POOLS}/presets/${pool}/claim`;
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await client
      .send<ClaimResult>('POST', path, { headers: { 'idempotency-key': key }, body: {} })
      .catch(() => undefined);
    if (answer !== undefined && answer.code < 300) return answer.body;
    const mayPass = answer === undefined || answer.code === 429 || answer.code >= 500;
    if (!mayPass || performance.now() > end)
      throw new UnexpectedAnswer(`POST ${path}`, answer?.code ?? 0, answer?.body);
    await delay(PAUSE_MS);
  }
};

/** As many warm ones as the pool had, each given once, and everybody has one of his own; the log says so, too. */
export const expectOneEach = async (
  test: TestStack,
  pool: readonly string[],
  results: readonly ClaimResult[],
): Promise<void> => {
  const workspaces = results.map(({ workspace }) => workspace.metadata.name);
  expect(new Set(workspaces).size).toBe(results.length);
  const warm = results.filter(({ claim }) => claim.status?.['source'] === 'warm');
  expect(warm.map(({ workspace }) => workspace.metadata.name).toSorted()).toEqual(pool.toSorted());

  const { byWorkspace, byClaim, sources } = await handoversOf(test);
  for (const { claim, workspace } of results) {
    const { uid } = claim.metadata;
    expect([...(byClaim.get(uid) ?? [])]).toEqual([workspace.metadata.name]);
    expect([...(byWorkspace.get(workspace.metadata.name) ?? [])]).toEqual([uid]);
    expect(sources.get(uid)).toBe(claim.status?.['source']);
  }
  for (const [name, claims] of byWorkspace) expect([name, claims.size]).toEqual([name, 1]);
};

/** What the log says: who got each workspace, and what each claim got. */
interface Handovers {
  /** By the name of a workspace the uids of all claims that it was ever given to. */
  readonly byWorkspace: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the uid of a claim the workspaces that it was ever bound to. */
  readonly byClaim: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the uid of a claim where its workspace came from. */
  readonly sources: ReadonlyMap<string, string>;
}

interface Handed extends KubeObject {
  readonly spec?: JsonObject & { readonly claimRef?: { readonly uid: string } };
  readonly status?: JsonObject & { readonly source?: string; readonly workspace?: { readonly name: string } };
}

const handoversOf = async (test: TestStack): Promise<Handovers> => {
  const [byWorkspace, byClaim, sources] = [new Map<string, Set<string>>(), new Map<string, Set<string>>(), new Map()];
  const add = (map: Map<string, Set<string>>, key: string, value: string): void =>
    void map.set(key, (map.get(key) ?? new Set()).add(value));
  const states = async (resource: string): Promise<readonly Handed[]> =>
    (await eventsOf(test, resource)).map(({ object }) => JSON.parse(object.toString('utf8')) as Handed);
  for (const { metadata, spec } of await states('workspaces'))
    if (spec?.claimRef !== undefined) add(byWorkspace, metadata.name, spec.claimRef.uid);
  for (const { metadata, status } of await states('workspaceclaims')) {
    if (status?.workspace === undefined) continue;
    add(byClaim, metadata.uid, status.workspace.name);
    sources.set(metadata.uid, status.source);
  }
  return { byWorkspace, byClaim, sources };
};
