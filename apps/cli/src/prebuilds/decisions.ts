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
  items: z.array(z.looseObject({ resourceVersion: z.string(), time: z.string(), type: z.string() })),
});

export type Decision = z.output<typeof decisionSchema>['spec'];
type Item = z.output<typeof historySchema>['items'][number];

export interface Decided {
  /** The newest first. */
  readonly decisions: readonly Decision[];
  /** When the preset had been deleted by then: its decisions are the last ones. */
  readonly deletedAt?: string;
}

/** Those that stood at that time, or stand now; of a preset that is gone, the last of each of its pools. */
export const decisionsOf = async (pools: Pools, preset: string, at?: Date): Promise<Decided> => {
  const [deletion, before] = await lastDeletion(pools, preset, at);
  const standing = await list(pools, preset, at === undefined ? '' : `at=${at.toISOString()}`);
  if (deletion === undefined) return { decisions: newestFirst(standing) };
  // A decision may go together with its preset, or outlive it until its pool is empty.
  const seen = [...standing, ...(await listAt(pools, preset, before)), ...(await listAt(pools, preset, deletion))];
  const names = [...new Set(seen.map((item) => namedSchema.parse(item).metadata.name))];
  const last = await Promise.all(names.map((name) => lastState(pools, name, at)));
  return { decisions: newestFirst(last.flat()), deletedAt: deletion.time };
};

const newestFirst = (items: readonly unknown[]): readonly Decision[] =>
  items.map((item) => decisionSchema.parse(item).spec).sort((a, b) => (a.at < b.at ? 1 : -1));

const list = async ({ client, path }: Pools, preset: string, when: string): Promise<readonly unknown[]> => {
  const selector = encodeURIComponent(`spec.preset=${preset}`);
  return listSchema.parse(await client.get(`${path('pooldecisions')}?fieldSelector=${selector}&${when}`)).items;
};

const listAt = async (pools: Pools, preset: string, item: Item | undefined): Promise<readonly unknown[]> =>
  item === undefined ? [] : list(pools, preset, exactly(item));

const exactly = ({ resourceVersion }: Item): string => `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`;

/** The change that deleted the preset, and the one before it; nothing where it is there. */
const lastDeletion = async (pools: Pools, preset: string, at: Date | undefined): Promise<readonly Item[]> => {
  const changes: Item[] = [];
  for await (const item of historyOf(pools, pools.path('presets', preset), at)) {
    if (changes.length === 0 && !isDeletion(item)) return [];
    if (changes.push(item) === 2) break;
  }
  return changes;
};

const isDeletion = ({ type }: Item): boolean => type.endsWith('.deleted');

/** As it was before it was deleted; nothing when it has never been. */
const lastState = async (pools: Pools, name: string, at: Date | undefined): Promise<readonly unknown[]> => {
  const path = pools.path('pooldecisions', name);
  for await (const item of historyOf(pools, path, at))
    if (!isDeletion(item)) return [await pools.client.get(`${path}?${exactly(item)}`)];
  return [];
};

/** Its changes up to that time, the newest first; none of what has never been. */
async function* historyOf({ client }: Pools, path: string, at: Date | undefined): AsyncGenerator<Item> {
  let next = '';
  do {
    const page = historySchema.parse(await client.get(`${path}/history?limit=500${next}`).catch(notThere));
    yield* page.items.filter(({ time }) => at === undefined || Date.parse(time) <= at.getTime());
    next = page.metadata.continue === undefined ? '' : `&continue=${page.metadata.continue}`;
  } while (next !== '');
}

const notThere = (error: unknown): object => {
  if (error instanceof GatewayRefusal && error.code === 404) return { metadata: {}, items: [] };
  throw error;
};
