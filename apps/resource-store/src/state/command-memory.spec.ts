import { describe, expect, it } from '@jest/globals';

import { CommandMemory } from './command-memory.js';
import { IdempotencyMemory } from './idempotency-memory.js';

const at = (seconds: number): number => Date.parse('2026-01-01T10:00:00Z') + seconds * 1_000;

describe('the memory of commands', () => {
  it('knows a command for two minutes, the longest deadline and as much again', () => {
    const memory = new CommandMemory();
    memory.remember('early', 1024, at(0));
    memory.remember('later', 2048, at(60));
    memory.remember('now', 3072, at(119));

    expect([memory.find('early'), memory.find('later'), memory.find('now')]).toEqual([1024, 2048, 3072]);
  });

  it('forgets what is older', () => {
    const memory = new CommandMemory();
    memory.remember('early', 1024, at(0));

    memory.remember('now', 2048, at(180));

    expect(memory.find('early')).toBeUndefined();
    expect([...memory.all()].map(({ id }) => id)).toEqual(['now']);
  });

  it('is the same after it was written down and read', () => {
    const memory = new CommandMemory();
    for (let i = 0; i < 100; i++) memory.remember(`command-${i}`, 1024 * i, at(i));
    const copy = new CommandMemory();

    for (const { id, version, at: time } of memory.all()) copy.remember(id, version, time);

    expect([...copy.all()]).toEqual([...memory.all()]);
  });
});

describe('the memory of idempotent writes', () => {
  const hash = (digit: string): string => digit.repeat(64);

  it('knows a key for a day', () => {
    const memory = new IdempotencyMemory();
    const write = { body: hash('b'), version: 1024, at: at(0) };
    memory.remember(hash('a'), write);

    expect(memory.find(hash('a'), at(24 * 3600) - 1)).toEqual(write);
    expect(memory.find(hash('a'), at(24 * 3600))).toBeUndefined();
  });

  it('is bounded in number, the oldest go first', () => {
    const memory = new IdempotencyMemory(2);

    for (const key of ['1', '2', '3'])
      memory.remember(hash(key), { body: hash('b'), version: 1024, at: at(Number(key)) });

    expect([...memory.all()].map(({ key }) => key)).toEqual([hash('2'), hash('3')]);
  });
});
