/** Feeds the world: the initial listing from the store, then every commit after the one the listing began at. */
import { setTimeout as delay } from 'node:timers/promises';

import type { CommandSender } from '@holdfast/command-client';
import type { Commit, Request } from '@holdfast/contracts';
import { positionOf } from '@holdfast/contracts';
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { CommitLog } from '@holdfast/log';
import type { Logger } from '@holdfast/nest-platform';
import type { ObjectState } from '@holdfast/reconcile';

import { serviceCommand } from './service-command.js';
import type { World } from './world.js';

const LISTING_RETRY_MS = 100;

export interface FeedOptions {
  /** In whose name the store is asked. */
  readonly service: string;
  readonly client: CommandSender;
  readonly log: Pick<CommitLog, 'follow' | 'last'>;
  readonly world: Pick<World, 'list' | 'follow'>;
  readonly signal: AbortSignal;
}

/** Where a listing began: the log has to be followed from there. */
export interface ListingStart {
  readonly sequence: number;
  readonly version: number;
}

/** Lists everything. */
export const listWorld = async ({ service, client, log, world, signal }: FeedOptions): Promise<ListingStart> => {
  const base = (await log.last())?.header.base ?? 0;
  let after: string | undefined;
  let begin: ListingStart | undefined;
  do {
    const page = await listPage(service, client, after);
    begin ??= { sequence: positionOf(page.version, base).sequence, version: page.version };
    for (const state of page.states) world.list(state);
    after = page.next;
  } while (after !== undefined && !signal.aborted);
  return begin;
};

/** Tries until the store answers; undefined when told to end before. */
export const listWorldWhenPossible = async (feed: FeedOptions, logger: Logger): Promise<ListingStart | undefined> => {
  while (!feed.signal.aborted) {
    try {
      return await listWorld(feed);
    } catch (error) {
      logger.warn({ err: error }, 'the objects cannot be listed yet');
      await delay(LISTING_RETRY_MS);
    }
  }
  return undefined;
};

/** Follows the log until the signal is aborted; `onCommit` is told of each commit once it is taken in. */
export const followWorld = async (
  { log, world, signal }: FeedOptions,
  after: number,
  onCommit: (commit: Commit) => void,
): Promise<void> => {
  for await (const commit of log.follow({ after, signal })) {
    for (const event of commit.events) world.follow(event);
    onCommit(commit);
  }
};

interface Page {
  readonly version: number;
  readonly states: readonly ObjectState[];
  readonly next: string | undefined;
}

const listPage = async (service: string, client: CommandSender, after: string | undefined): Promise<Page> => {
  const request: Request = after === undefined ? { verb: 'list' } : { verb: 'list', after };
  const { reply, body } = await client.send(serviceCommand(service, request), Buffer.alloc(0));
  if (reply.status === 'refused') throw new RefusalError(reply.refusal);
  const objects = JSON.parse(body.toString('utf8')) as readonly unknown[];
  const resources = reply.resources ?? [];
  const states = objects.filter(isJsonObject).map((object, i) => stateOf(object, resources[i] ?? ''));
  return { version: reply.version, states, next: reply.next };
};

const stateOf = (object: JsonObject, resource: string): ObjectState => {
  const metadata = objectAt(object, 'metadata');
  const apiVersion = stringAt(object, 'apiVersion') ?? '';
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '';
  const key = {
    group,
    resource,
    namespace: stringAt(metadata, 'namespace') ?? '',
    name: stringAt(metadata, 'name') ?? '',
  };
  return { key, version: Number(stringAt(metadata, 'resourceVersion')), object };
};
