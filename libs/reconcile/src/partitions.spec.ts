import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { PARTITIONS, partitionOf, planShare, targets } from './partitions.js';
import type { Holders } from './partitions.js';

const held = (text: string): Holders => [...text].map((letter) => (letter === '.' ? undefined : letter));
const shown = (holders: Holders): string => holders.map((holder) => holder ?? '.').join('');
const aimedAt = (members: string, holders: string): string => shown(targets([...members], held(holders)));

describe('the partition of a key', () => {
  const rack = (name: string) => ({ group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name });

  it('is the same for ever: stored fences name it', () => {
    expect(['rack-01', 'rack-02', 'räck-03'].map((name) => partitionOf(rack(name)))).toEqual([54, 35, 46]);
  });

  it('spreads keys evenly', () => {
    const counts = Array.from({ length: PARTITIONS }, () => 0);
    for (let i = 0; i < 6_400; i++) (counts[partitionOf(rack(`rack-${i}`))] as number) += 1;
    expect(Math.min(...counts)).toBeGreaterThan(50);
    expect(Math.max(...counts)).toBeLessThan(160);
  });
});

describe('who should hold which partition', () => {
  it.each([
    ['one member gets everything', 'a', '......', 'aaaaaa'],
    ['what nobody holds is shared out', 'abc', '......', 'aabbcc'],
    ['a balanced state stays as it is', 'abc', 'cabcab', 'cabcab'],
    ['one more or less is balanced, whoever has it', 'abc', 'ccabbca', 'ccabbca'],
    ['who joins gets a share, from those who have too much', 'abc', 'aaabbb', 'aacbbc'],
    ['what a dead member held goes to the others, and nothing else moves', 'ab', 'acbcabcc', 'aabaabbb'],
    ['members who join while others die', 'bd', 'aaabbb', 'dddbbb'],
    ['the same member announced twice counts once', 'aab', '....', 'aabb'],
    ['without members nobody should hold anything', '', 'ab..', '....'],
  ])('%s', (_, members, before, after) => {
    expect(aimedAt(members, before)).toBe(after);
  });
});

describe('what one member does', () => {
  const plan = (me: string, members: string, holders: string) => planShare(me, [...members], held(holders));

  it.each([
    ['takes what is free and its own by right', 'a', 'ab', 'b...', { take: [1, 2], giveUp: [] }],
    ['takes what a dead member left', 'b', 'ab', 'abccab', { take: [3], giveUp: [] }],
    ['leaves alone what its holder has yet to give up', 'c', 'abc', 'aaabbb', { take: [], giveUp: [] }],
    ['gives up what is too much', 'a', 'abc', 'aaabbb', { take: [], giveUp: [2] }],
    ['does nothing when all is well', 'a', 'abc', 'abc', { take: [], giveUp: [] }],
    ['gives up everything when it is no member', 'a', 'b', 'aab', { take: [], giveUp: [0, 1] }],
  ])('%s', (_, me, members, holders, expected) => {
    expect(plan(me, members, holders)).toEqual(expected);
  });
});

const member = fc.constantFrom(...'abcdefgh');
const members = fc.uniqueArray(member, { minLength: 1, maxLength: 8 });
const holders = fc.array(fc.option(member, { nil: undefined, freq: 4 }), { minLength: 64, maxLength: 64 });

describe('for any members and holders', () => {
  const countOf = (all: Holders, one: string): number => all.filter((holder) => holder === one).length;

  it('every partition is assigned, to a member, and shares differ by one at most', () => {
    fc.assert(
      fc.property(members, holders, (present, before) => {
        const after = targets(present, before);
        expect(after.every((holder) => holder !== undefined && present.includes(holder))).toBe(true);
        const counts = present.map((one) => countOf(after, one));
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('no balanced assignment moves fewer partitions', () => {
    fc.assert(
      fc.property(members, holders, (present, before) => {
        const least = Math.floor(PARTITIONS / present.length);
        const counts = present.map((one) => countOf(before, one));
        const withOneMore = Math.min(PARTITIONS % present.length, counts.filter((count) => count > least).length);
        const mayStay = counts.reduce((sum, count) => sum + Math.min(count, least), 0) + withOneMore;
        const stayed = targets(present, before).filter((holder, i) => holder === before[i]);
        expect(stayed).toHaveLength(mayStay);
      }),
    );
  });

  it('the order in which members are known makes no difference', () => {
    fc.assert(
      fc.property(members, holders, (present, before) => {
        expect(targets([...present].reverse(), before)).toEqual(targets(present, before));
      }),
    );
  });

  it('members who each do their part, in any order and one step at a time, arrive there and then rest', () => {
    fc.assert(
      fc.property(members, holders, fc.infiniteStream(fc.nat()), (present, before, chance) => {
        const now = [...before];
        const bound = 2 * PARTITIONS;
        for (let moves = 0; moves <= bound; moves++) {
          const steps = present.flatMap((me) => {
            const { take, giveUp } = planShare(me, present, now);
            return [...take.map((at) => ({ at, to: me })), ...giveUp.map((at) => ({ at, to: undefined }))];
          });
          if (steps.length === 0) break;
          expect(moves).toBeLessThan(bound);
          const { at, to } = steps[chance.next().value % steps.length] as { at: number; to: string | undefined };
          now[at] = to;
        }
        expect(targets(present, now)).toEqual(now);
        const stayed = now.filter((holder, i) => holder === before[i]);
        const shouldStay = targets(present, before).filter((holder, i) => holder === before[i]);
        expect(stayed.length).toBeGreaterThanOrEqual(shouldStay.length);
      }),
      { numRuns: 30 },
    );
  });
});
