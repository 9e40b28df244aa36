import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryQueue } from './delivery-queue.js';
import type { Served } from './delivery-queue.js';

describe('the delivery queue', () => {
  let turns: (() => void)[];
  let idle: number;
  let served: string[];
  let queue: DeliveryQueue;

  const turn = (): void => turns.shift()?.();
  const watcher = (name: string, { bytes = 1, chunks = 1 } = {}): Served => {
    let left = chunks;
    return {
      serve: () => {
        served.push(name);
        queue.wrote(bytes);
        return --left > 0;
      },
    };
  };

  beforeEach(() => {
    [turns, idle, served] = [[], 0, []];
    queue = new DeliveryQueue({
      sliceSize: 3,
      sliceBytes: 100,
      nextTurn: (run) => turns.push(run),
      onIdle: () => (idle += 1),
    });
  });

  it('serves a slice in each turn, in order, and runs no more when nobody waits', () => {
    for (const name of ['a', 'b', 'c', 'd']) queue.add(watcher(name));
    turn();
    expect(served).toEqual(['a', 'b', 'c']);
    turn();
    expect(served).toEqual(['a', 'b', 'c', 'd']);
    expect(turns).toEqual([]);
    expect(idle).toBe(1);
  });

  it('serves once who was asked for twice', () => {
    const a = watcher('a');
    queue.add(a);
    queue.add(a);
    turn();
    expect(served).toEqual(['a']);
  });

  it('ends a slice early when much was written', () => {
    for (const name of ['a', 'b', 'c']) queue.add(watcher(name, { bytes: 60 }));
    turn();
    expect(served).toEqual(['a', 'b']);
    turn();
    expect(served).toEqual(['a', 'b', 'c']);
  });

  it('serves who has more after all others', () => {
    queue.add(watcher('much', { chunks: 2 }));
    queue.add(watcher('little'));
    turn();
    expect(served).toEqual(['much', 'little', 'much']);
  });

  it('does not serve who has left', () => {
    const a = watcher('a');
    queue.add(a);
    queue.remove(a);
    turn();
    expect(served).toEqual([]);
  });
});
