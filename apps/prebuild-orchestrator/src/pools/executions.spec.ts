import { describe, expect, it } from '@jest/globals';

import { Executions } from './executions.js';
import type { JobResult } from './executions.js';

/** A job that ends when it is told to. */
const job = () => {
  let end: (result: JobResult) => void = () => undefined;
  const ended = new Promise<JobResult>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
};
const at = (version: number, creations = 0, isUrgent = true) => ({
  version,
  now: performance.now(),
  creations,
  isUrgent,
});
const never = () => Promise.reject(new Error('it must not begin'));

describe('the jobs of one key', () => {
  it('come one after another, and the next one sees what the last one wrote', async () => {
    const told: number[] = [];
    const executions = new Executions({ most: 9, onEnd: (version) => told.push(version) });
    const first = job();
    expect(executions.begin('a', at(5, 3), first.work)).toBe(true);
    expect(executions.begin('a', at(6), never)).toBe(false);
    expect(executions.creations('a', 6)).toBe(3);
    first.end({ version: 8 });
    await executions.settled();
    expect(told).toEqual([8]);
    expect([executions.begin('a', at(7), never), executions.creations('a', 7)]).toEqual([false, 3]);
    expect(executions.creations('a', 8)).toBe(0);
    executions.seen(8, performance.now());
    expect(executions.begin('a', at(8), async () => ({ version: 8 }))).toBe(true);
    await executions.settled();
  });

  it('wait after one that failed, and longer each time', async () => {
    const executions = new Executions({ most: 9, onEnd: () => undefined });
    const fail = async (now: number): Promise<number> => {
      expect(
        executions.begin('a', { version: 1, now, creations: 0, isUrgent: true }, () => Promise.reject(new Error('no'))),
      ).toBe(true);
      await executions.settled();
      return executions.nextBegin(performance.now()) ?? 0;
    };
    const first = await fail(performance.now());
    expect(executions.begin('a', at(1), never)).toBe(false);
    const began = performance.now();
    const second = await fail(first);
    expect(second - began).toBeGreaterThanOrEqual(1_000);
  });
});

describe('a job after one that asks for rest', () => {
  it('waits, unless it is urgent', async () => {
    const executions = new Executions({ most: 9, onEnd: () => undefined });
    executions.begin('a', at(1, 0, false), async () => ({ version: 2, restMs: 60_000 }));
    await executions.settled();
    executions.seen(2, performance.now());
    expect(executions.begin('a', at(2, 0, false), never)).toBe(false);
    expect(executions.nextBegin(performance.now())).toBeGreaterThan(performance.now() + 50_000);
    expect(executions.begin('a', at(2, 0, true), async () => ({ version: 3 }))).toBe(true);
    await executions.settled();
    expect(executions.nextBegin(performance.now())).toBeUndefined();
  });

  it('is not waited for when there is none any more', async () => {
    const executions = new Executions({ most: 9, onEnd: () => undefined });
    executions.begin('gone', at(1), () => Promise.reject(new Error('no')));
    await executions.settled();
    const retryAt = executions.nextBegin(performance.now()) ?? 0;
    expect(executions.nextBegin(retryAt)).toBeUndefined();
  });
});

describe('the jobs of several keys', () => {
  it('do not wait for one that hangs, up to a limit', async () => {
    const executions = new Executions({ most: 2, onEnd: () => undefined });
    const [hanging, other] = [job(), job()];
    executions.begin('a', at(1), hanging.work);
    expect(executions.begin('b', at(1), other.work)).toBe(true);
    expect(executions.begin('c', at(1), never)).toBe(false);
    other.end({ version: 1 });
    await Promise.resolve();
    hanging.end({ version: 1 });
    await executions.settled();
    expect(executions.begin('c', at(1), async () => ({ version: 1 }))).toBe(true);
    await executions.settled();
  });
});
