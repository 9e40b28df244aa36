import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import type { Selection } from './selection.js';
import { jsonEncoding } from './watch-encoding.js';
import { WatchHub } from './watch-hub.js';
import { LogInMemory, NotingSink, WIDGETS } from './watch.fixtures.js';
import type { CloseReason, Watcher } from './watcher.js';

const everything: Selection = { key: '', namespace: '' };
const labelled: Selection = { ...everything, key: 'app=web', matches: ({ labels }) => labels['app'] === 'web' };

describe('the watch hub', () => {
  let log: LogInMemory;
  let hub: WatchHub;
  let closed: CloseReason[];
  let delivered: number;

  const start = async (
    limits: { ringBytes?: number; recentCommits?: number; stallMs?: number; backlogBytes?: number } = {},
  ): Promise<void> => {
    hub = await WatchHub.start({
      log,
      onCommit: () => undefined,
      onLost: () => undefined,
      onFailure: () => undefined,
      metrics: {
        opened: () => undefined,
        delivered: (events) => (delivered += events),
        closed: (reason) => closed.push(reason),
      },
      slow: { stallMs: limits.stallMs ?? 30_000, backlogBytes: limits.backlogBytes ?? 1e9 },
      ...(limits.ringBytes === undefined ? {} : { ringBytes: limits.ringBytes }),
      recentCommits: limits.recentCommits ?? 0,
    });
  };
  const watch = (
    from: number,
    { selection = everything, sink = new NotingSink(), allowBookmarks = false } = {},
  ): { sink: NotingSink; watcher: Watcher } => {
    const encoding = jsonEncoding('fab.dev/v1', 'Widget');
    const watcher = hub.watch({ resource: WIDGETS, selection, encoding, sink, allowBookmarks });
    watcher.startsAt(from);
    watcher.join();
    return { sink, watcher };
  };

  beforeEach(() => {
    log = new LogInMemory();
    closed = [];
    delivered = 0;
  });

  afterEach(async () => {
    await hub.stop();
  });

  it('tells every watcher what comes after its version, once and in order', async () => {
    await start();
    log.append({ name: 'a' }, { name: 'b' });
    await hub.waitFor(boundaryOf(1), 1_000);
    const early = watch(versionAt(1, 0));
    const late = watch(boundaryOf(1));
    log.append({ name: 'a', type: 'specChanged', previous: versionAt(1, 0), spec: { size: 2 } });
    log.append({ name: 'b', type: 'deleted', previous: versionAt(1, 1) });

    await eventually(() => early.sink.told.length === 3);
    expect(early.sink.told).toEqual(['ADDED b 1025', 'MODIFIED a 2048', 'DELETED b 3072']);
    expect(late.sink.told).toEqual(['MODIFIED a 2048', 'DELETED b 3072']);
    expect(early.sink.events[1]?.object.spec).toEqual({ size: 2 });
    expect(delivered).toBe(5);
  });

  it('writes a transaction in one piece', async () => {
    await start();
    const { sink } = watch(0);
    log.append(...Array.from({ length: 100 }, (_, i) => ({ name: `w-${i}` })));
    await eventually(() => sink.told.length === 100);
    expect(sink.writes).toHaveLength(1);
  });

  it('puts together what piles up while a reader takes nothing, and repeats nothing', async () => {
    await start();
    const { sink, watcher } = watch(0);
    sink.stuck = true;
    for (let i = 0; i < 50; i++) log.append({ name: `w-${i}` });
    await hub.waitFor(boundaryOf(50), 1_000);
    await eventually(() => sink.writes.length === 1);
    sink.stuck = false;
    watcher.drained();
    await eventually(() => sink.told.length === 50);
    expect(sink.writes.length).toBeLessThanOrEqual(2);
    expect(sink.told).toEqual(Array.from({ length: 50 }, (_, i) => `ADDED w-${i} ${versionAt(i + 1, 0)}`));
  });

  it('shows an object that ceases to match as it was, with the new version', async () => {
    log.append({ name: 'a', labels: { app: 'web' }, spec: { size: 1 } });
    await start();
    const { sink } = watch(boundaryOf(1), { selection: labelled });
    log.away = true;
    log.append({
      name: 'a',
      type: 'metadataChanged',
      previous: versionAt(1, 0),
      labels: { app: 'db' },
      was: { labels: { app: 'web' } },
      spec: { size: 2 },
    });
    log.append({ name: 'b', labels: { app: 'web' } });
    await hub.waitFor(boundaryOf(3), 1_000);
    expect(sink.told).toEqual([]);

    log.away = false;
    await eventually(() => sink.told.length === 2);
    expect(sink.told).toEqual(['DELETED a 2048', 'ADDED b 3072']);
    expect(sink.events[0]?.object).toMatchObject({ metadata: { labels: { app: 'web' } }, spec: { size: 1 } });
  });

  it('gives bookmarks that say how far the log has come, and only when it has moved', async () => {
    await start();
    const { sink, watcher } = watch(0, { allowBookmarks: true });
    const quiet = watch(0);
    watcher.bookmark();
    expect(sink.told).toEqual([]);

    log.append({ name: 'g', resource: 'gadgets' });
    await hub.waitFor(boundaryOf(1), 1_000);
    watcher.bookmark();
    watcher.bookmark();
    quiet.watcher.bookmark();
    expect(sink.told).toEqual(['BOOKMARK 2047']);
    expect(quiet.sink.told).toEqual([]);

    log.append({ name: 'a' });
    await eventually(() => sink.told.length === 2);
    expect(sink.told).toEqual(['BOOKMARK 2047', 'ADDED a 2048']);
  });

  it('closes a watch whose reader takes nothing for too long', async () => {
    await start({ stallMs: 100 });
    const { sink } = watch(0);
    const other = watch(0);
    sink.stuck = true;
    log.append({ name: 'a' });
    await eventually(() => closed.includes('slow'));
    expect(sink.ended).toBe('destroy');
    expect(hub.open).toBe(1);

    log.append({ name: 'b' });
    await eventually(() => other.sink.told.length === 2);
    expect(sink.told).toEqual(['ADDED a 1024']);
  });

  it('closes a watch whose reader is too far behind', async () => {
    await start({ backlogBytes: 1_000 });
    const { sink } = watch(0);
    sink.stuck = true;
    log.append({ name: 'a' });
    await eventually(() => sink.writes.length === 1);
    for (let i = 0; i < 20; i++) log.append({ name: `w-${i}` });
    await eventually(() => closed.includes('slow'));
    expect(sink.ended).toBe('destroy');
  });

  it('brings a reader back that the ring has left behind', async () => {
    await start({ ringBytes: 5_000 });
    const { sink, watcher } = watch(0);
    sink.stuck = true;
    log.append({ name: 'w-0' });
    await eventually(() => sink.writes.length === 1);
    for (let i = 1; i < 20; i++) log.append({ name: `w-${i}` });
    await hub.waitFor(boundaryOf(20), 1_000);
    sink.stuck = false;
    watcher.drained();
    await eventually(() => sink.told.length === 20);
    expect(sink.told).toEqual(Array.from({ length: 20 }, (_, i) => `ADDED w-${i} ${versionAt(i + 1, 0)}`));
  });

  it('knows what was written shortly before it started', async () => {
    for (let i = 0; i < 5; i++) log.append({ name: `w-${i}` });
    await start({ recentCommits: 2 });
    await hub.waitFor(boundaryOf(5), 1_000);
    expect(hub.floor).toBe(boundaryOf(3));
  });

  it('reads the log once for all who resume from before the ring, wherever they were', async () => {
    for (let i = 0; i < 300; i++) log.append({ name: `w-${i}` });
    await start();
    const reads = log.reads;
    const watched = Array.from({ length: 50 }, (_, i) => {
      const sink = new NotingSink();
      const encoding = jsonEncoding('fab.dev/v1', 'Widget');
      const watcher = hub.watch({ resource: WIDGETS, selection: everything, encoding, sink, allowBookmarks: false });
      watcher.startsAt(versionAt(i * 5 + 1, 0));
      void hub.join(watcher);
      return { sink, missed: 299 - i * 5 };
    });
    const stuck = watched[7] as (typeof watched)[number];
    stuck.sink.stuck = true;
    const brisk = watched.filter((other) => other !== stuck);
    await eventually(() => brisk.every(({ sink, missed }) => sink.told.length === missed));
    expect(log.reads - reads).toBe(1);

    log.append({ name: 'last' });
    await eventually(() => brisk.every(({ sink, missed }) => sink.told.length === missed + 1));
    expect(stuck.sink.writes).toHaveLength(1);
  });

  it('lets a watch go that is closed on its way from the log to the ring', async () => {
    for (let i = 0; i < 5; i++) log.append({ name: `w-${i}` });
    await start();
    log.stalled = true;
    const encoding = jsonEncoding('fab.dev/v1', 'Widget');
    const options = { selection: everything, encoding, sink: new NotingSink(), allowBookmarks: false };
    const watcher = hub.watch({ ...options, resource: WIDGETS });
    watcher.startsAt(1);
    const joined = hub.join(watcher);
    watcher.close('client');
    await joined;
    expect(closed).toEqual(['client']);
  });

  it('keeps the order when a watch starts ahead of what the hub has seen', async () => {
    await start();
    const { sink } = watch(versionAt(2, 0));
    log.append({ name: 'a' });
    log.append({ name: 'b' }, { name: 'c' });
    await eventually(() => sink.told.length === 1);
    expect(sink.told).toEqual(['ADDED c 2049']);
  });

  it('ends the watches of a resource that is no more, after telling what happened to it', async () => {
    await start();
    const { sink } = watch(0);
    log.append({ name: 'a' });
    await hub.waitFor(boundaryOf(1), 1_000);
    hub.closeResource(WIDGETS);
    expect(sink.told).toEqual(['ADDED a 1024']);
    expect(sink.ended).toBe('end');
    expect(closed).toEqual(['kind-gone']);
  });

  it('ends all watches when it stops', async () => {
    await start();
    const { sink } = watch(0);
    await hub.stop();
    expect(sink.ended).toBe('end');
    expect(closed).toEqual(['shutdown']);
    expect(hub.open).toBe(0);
  });

  it('waits for a version no longer than allowed', async () => {
    await start();
    expect(await hub.waitFor(boundaryOf(1), 30)).toBe(false);
    log.append({ name: 'a' });
    expect(await hub.waitFor(boundaryOf(1), 1_000)).toBe(true);
  });
});
