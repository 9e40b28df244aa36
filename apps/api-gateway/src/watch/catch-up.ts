/** The way of a watch from an old version to the ring: what the ring no longer has is read from the log. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { positionOf } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';
import { resourceName } from './commit-ring.js';
import { HubEvent } from './hub-event.js';
import type { HubLog, WatchHub } from './watch-hub.js';
import type { Watcher } from './watcher.js';

export interface CatchUp {
  readonly hub: Pick<WatchHub, 'floor' | 'head'>;
  readonly log: HubLog;
  readonly watcher: Watcher;
}

/** Commits that are worked through before others get their turn. */
const COMMITS_PER_TURN = 64;

/** Tells what happened after a version, as fast as the reader takes it, and joins the ring without gap or repeat. */
export const catchUp = async ({ hub, log, watcher }: CatchUp): Promise<void> => {
  const { toldUpTo: after, signal } = watcher;
  if (hub.floor > after) {
    const sequence = await sequenceBefore(log, after, hub.head);
    let count = 0;
    for await (const commit of log.follow({ after: sequence, signal })) {
      await watcher.tell(eventsOf(commit, watcher.resource));
      watcher.startsAt(Math.max(after, commit.boundary));
      // The floor moves while the log is read, hence it is asked each time.
      if (watcher.isClosed || commit.boundary >= hub.floor) break;
      if (++count % COMMITS_PER_TURN === 0) await nextTurn();
    }
  }
  watcher.join();
};

const eventsOf = (commit: Commit, resource: string): HubEvent[] =>
  commit.events
    .filter(({ record }) => resourceName(record.group, record.resource) === resource)
    .map((event) => new HubEvent(event));

/** The sequence of a commit such that all events after `version` stand behind it. */
const sequenceBefore = async (
  log: HubLog,
  version: number,
  head: { readonly sequence: number; readonly base: number },
): Promise<number> => {
  if (version >= head.base) return Math.max(0, positionOf(version, head.base).sequence - 1);
  // Before a restore versions counted from another base, but boundaries rise: halve the log until found.
  let [low, high] = [0, head.sequence];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const commit = await log.read(middle);
    if (commit !== undefined && commit.boundary <= version) low = middle;
    else high = middle - 1;
  }
  return low;
};
