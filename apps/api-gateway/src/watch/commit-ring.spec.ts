import { describe, expect, it } from '@jest/globals';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import { CommitRing } from './commit-ring.js';
import { commit, WIDGETS } from './watch.fixtures.js';

const versionsIn = (ring: CommitRing): number[] => {
  const channel = ring.channel(WIDGETS);
  return Array.from({ length: channel.end - channel.first }, (_, i) => channel.at(channel.first + i).version);
};

describe('the ring of recent commits', () => {
  it('keeps everything while it fits, and reaches back to where it began', () => {
    const ring = new CommitRing(1_000_000, boundaryOf(4));
    expect([...ring.push(commit(5, { name: 'a' }, { name: 'b', resource: 'gadgets' }))]).toEqual([
      WIDGETS,
      'fab.dev/gadgets',
    ]);
    ring.push(commit(6, { name: 'c' }));
    expect(ring.floor).toBe(boundaryOf(4));
    expect(versionsIn(ring)).toEqual([versionAt(5, 0), versionAt(6, 0)]);
  });

  it('drops whole commits, the oldest first, and says from where on it is complete', () => {
    const ring = new CommitRing(10_000, 0);
    for (let sequence = 1; sequence <= 10; sequence++) ring.push(commit(sequence, { name: 'a' }, { name: 'b' }));
    const floor = ring.floor;
    expect(floor % 1024).toBe(1023);
    expect(floor).toBeGreaterThan(boundaryOf(5));
    expect(floor).toBeLessThan(boundaryOf(10));
    expect(versionsIn(ring)[0]).toBe(floor + 1);
    expect(versionsIn(ring).at(-1)).toBe(versionAt(10, 1));
  });

  it('keeps the newest commit, however large it is', () => {
    const ring = new CommitRing(10, 0);
    ring.push(commit(1, { name: 'a' }));
    ring.push(commit(2, { name: 'b' }));
    expect(versionsIn(ring)).toEqual([versionAt(2, 0)]);
    expect(ring.floor).toBe(boundaryOf(1));
  });

  it('finds an event by its version, and only those that it has', () => {
    const ring = new CommitRing(3_000, 0);
    ring.push(commit(1, { name: 'gone' }));
    ring.push(commit(2, { name: 'a' }, { name: 'b' }));
    expect(ring.find(versionAt(2, 1))?.record.name).toBe('b');
    expect(ring.find(versionAt(2, 2))).toBeUndefined();
    expect(ring.find(versionAt(1, 0))).toBeUndefined();
    expect(ring.find(versionAt(3, 0))).toBeUndefined();
  });

  it('hands out the commits after a version', () => {
    const ring = new CommitRing(1_000_000, 0);
    for (let sequence = 1; sequence <= 3; sequence++) ring.push(commit(sequence, { name: 'a' }));
    expect(ring.commitsAfter(boundaryOf(1)).map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(ring.commitsAfter(boundaryOf(3))).toEqual([]);
  });
});
