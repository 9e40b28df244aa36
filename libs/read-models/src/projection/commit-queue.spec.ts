import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import { rack, WrittenLog } from '../written-log.fixtures.js';
import { CommitQueue } from './commit-queue.js';

const commits = (count: number, eventsEach = 1): Commit[] => {
  const log = new WrittenLog();
  const changes = Array.from({ length: eventsEach }, (_, i) => ({ key: rack(`rack-${i}`), state: {} }));
  for (let i = 0; i < count; i++) log.commit(...changes);
  return log.commits;
};
const sequencesOf = (batch: readonly Commit[] | undefined): number[] | undefined =>
  batch?.map(({ sequence }) => sequence);
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  await setImmediate();
  return Promise.race([promise.then(() => true), setImmediate(false)]);
};

describe('a queue of commits', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('hands out what queued up as one batch, in order', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    for (const commit of commits(3)) await queue.put(commit);

    expect(sequencesOf(await queue.take())).toEqual([1, 2, 3]);
  });

  it('lets a taker wait for the first commit', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    const taking = queue.take();
    expect(await isSettled(taking)).toBe(false);

    await queue.put(commits(1)[0]!);

    expect(sequencesOf(await taking)).toEqual([1]);
  });

  it('lets the log wait while a full batch stands ready', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    const [first, second, third] = commits(3, 1_000);
    await queue.put(first!);
    const putting = queue.put(second!);
    expect(await isSettled(putting)).toBe(false);

    expect(sequencesOf(await queue.take())).toEqual([1, 2]);

    await putting;
    await queue.put(third!);
    expect(sequencesOf(await queue.take())).toEqual([3]);
  });

  it('never splits a commit', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    const [first, second, third] = commits(3, 900);
    await queue.put(first!);
    await queue.put(second!);
    const putting = queue.put(third!);

    expect(sequencesOf(await queue.take())).toEqual([1, 2]);
    await putting;
    expect(sequencesOf(await queue.take())).toEqual([3]);
  });

  it('holds a small batch back under load, until somebody is in a hurry', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    const [first, ...rest] = commits(20);
    await queue.put(first!);
    await queue.take();
    for (const commit of rest.slice(0, -1)) await queue.put(commit);
    const taking = queue.take();
    expect(await isSettled(taking)).toBe(false);
    await queue.put(rest.at(-1)!);

    queue.hurry();

    expect(await taking).toHaveLength(19);
  });

  it('holds a small batch back no longer than it says', async () => {
    const queue = new CommitQueue(new AbortController().signal, () => 0);
    const [first, ...rest] = commits(20);
    await queue.put(first!);
    await queue.take();
    for (const commit of rest) await queue.put(commit);
    const taking = queue.take();
    expect(await isSettled(taking)).toBe(false);

    jest.advanceTimersByTime(25);

    expect(await taking).toHaveLength(19);
  });

  it('ends for both sides with its signal', async () => {
    const ending = new AbortController();
    const queue = new CommitQueue(ending.signal, () => 0);
    const [first, second] = commits(2, 1_000);
    await queue.put(first!);
    const putting = queue.put(second!);

    ending.abort();

    await putting;
    expect(await queue.take()).toBeUndefined();
  });
});
