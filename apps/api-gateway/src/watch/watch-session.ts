/** One watch from its first line to its last: its opening, the events, a bookmark now and then, and its time-out. */
import { expiredLine } from './expired-line.js';
import type { WatchHub } from './watch-hub.js';
import type { WatchOpening } from './watch-opening.js';
import type { Watcher } from './watcher.js';

export interface WatchSession {
  readonly hub: Pick<WatchHub, 'join'>;
  readonly watcher: Watcher;
  readonly opening: WatchOpening;
  readonly timeoutMs: number;
}

const BOOKMARK_INTERVAL_MS = 60_000;

/** Resolves when the watch has joined the live events, or is over. */
export const runWatch = async ({ hub, watcher, opening, timeoutMs }: WatchSession): Promise<void> => {
  if (opening.is === 'beyond') {
    watcher.fail(expiredLine(opening.version, opening.end), 'expired');
    return;
  }
  watcher.signal.addEventListener('abort', startTimers(watcher, timeoutMs));
  if (opening.is === 'state') await tellState(watcher, opening);
  else watcher.startsAt(opening.after);
  await hub.join(watcher);
};

const tellState = async (watcher: Watcher, opening: WatchOpening & { readonly is: 'state' }): Promise<void> => {
  for await (const { objects } of opening.pages) {
    if (watcher.isClosed) return;
    await watcher.tellInitial(objects.map(({ object }) => object));
  }
  watcher.startsAt(opening.after);
  if (opening.marksEnd) await watcher.endInitial();
};

/** Answers what stops them. */
const startTimers = (watcher: Watcher, timeoutMs: number): (() => void) => {
  const bookmarks = watcher.allowsBookmarks
    ? setInterval(() => watcher.bookmark(), BOOKMARK_INTERVAL_MS).unref()
    : undefined;
  const timeout = setTimeout(() => {
    watcher.bookmark();
    watcher.close('timeout');
  }, timeoutMs).unref();
  return () => {
    clearInterval(bookmarks);
    clearTimeout(timeout);
  };
};
