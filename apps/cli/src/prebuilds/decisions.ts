/** What was decided about the pools of a preset, now or at a time that has passed. */
import { z } from 'zod';

import { GatewayRefusal } from '../gateway-client.js';
import type { Pools } from './connection.js';

const decisionSchema = z.looseObject({
  spec: z.looseObject({
    preset: z.string(),
    version: z.string(),
    epoch: z.number(),
    snapshotVersion: z.string(),
    at: z.string(),
    state: z.record(z.string(), z.number()),
    actions: z.array(
      z.looseObject({
        type: z.string(),
        count: z.number().optional(),
        ids: z.array(z.string()).optional(),
        until: z.string().optional(),
      }),
    ),
    reasons: z.array(z.string()),
  }),
});
const listSchema = z.looseObject({ items: z.array(z.unknown()) });
const namedSchema = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const historySchema = z.looseObject({
  metadata: z.looseObject({ continue: z.string().optional() }),
  items: z.array(z.looseObject({ resourceVersion: z.string(), time: z.string() })),
});

export type Decision = z.output<typeof decisionSchema>['spec'];

/** Those that stood at that time, or stand now; the pool of the newest decision first. */
export const decisionsOf = async (pools: Pools, preset: string, at: Date | undefined): Promise<readonly Decision[]> => {
  const version = at === undefined ? undefined : await versionAt(pools, preset, at);
  if (at !== undefined && version === undefined) return [];
  const exact = version === undefined ? '' : `&resourceVersion=${version}&resourceVersionMatch=Exact`;
  const path = `${pools.path('pooldecisions')}?fieldSelector=${encodeURIComponent(`spec.preset=${preset}`)}${exact}`;
  const { items } = listSchema.parse(await pools.client.get(path));
  return items.map((item) => decisionSchema.parse(item).spec).sort((a, b) => (a.at < b.at ? 1 : -1));
};

/** The version of the last change of any of its decisions up to that time: all of them stood so from then on. */
const versionAt = async (pools: Pools, preset: string, at: Date): Promise<string | undefined> => {
  const versions = await Promise.all((await decisionNames(pools, preset)).map((name) => lastChange(pools, name, at)));
  const known = versions.filter((version) => version !== undefined);
  return known.sort((a, b) => Number(a) - Number(b)).at(-1);
};

/** A decision outlives neither its pool nor its preset, but its history does: any version may have had one. */
const decisionNames = async (pools: Pools, preset: string): Promise<readonly string[]> => {
  const { items } = listSchema.parse(await pools.client.get(pools.path('templateversions')));
  const present = listSchema.parse(await pools.client.get(pools.path('pooldecisions'))).items;
  const decisions = present.map((item) => namedSchema.parse(item).metadata.name);
  const versions = items.map((item) => `${preset}--${namedSchema.parse(item).metadata.name}`);
  return [...new Set([...versions, ...decisions.filter((name) => name.startsWith(`${preset}--`))])];
};

const lastChange = async (pools: Pools, name: string, at: Date): Promise<string | undefined> => {
  let next = '';
  do {
    const page = await historyPage(pools, name, next);
    const found = page?.items.find(({ time }) => Date.parse(time) <= at.getTime());
    if (found !== undefined) return found.resourceVersion;
    next = page?.metadata.continue ?? '';
  } while (next !== '');
  return undefined;
};

const historyPage = async ({ client, path }: Pools, name: string, next: string) => {
  try {
    const query = `limit=500${next === '' ? '' : `&continue=${next}`}`;
    return historySchema.parse(await client.get(`${path('pooldecisions', name)}/history?${query}`));
  } catch (error) {
    if (error instanceof GatewayRefusal && error.code === 404) return undefined;
    throw error;
  }
};
