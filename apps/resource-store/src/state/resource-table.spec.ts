import { describe, expect, it } from '@jest/globals';

import { ResourceTable } from './resource-table.js';
import { SlabStore } from './slab-store.js';

const bytesOf = (text: string): Buffer => Buffer.from(JSON.stringify({ text }));
const names = (table: ResourceTable): string[] => [...table.names()];

describe('a table of objects', () => {
  it('answers the newest state of an object', () => {
    const table = new ResourceTable();

    table.put('/configmaps/default/a', 1024, bytesOf('first'));
    table.put('/configmaps/default/a', 2048, bytesOf('second'));

    expect(table.bytes('/configmaps/default/a')).toEqual({ version: 2048, bytes: bytesOf('second') });
    const key = { group: '', resource: 'configmaps', namespace: 'default', name: 'a' };
    expect(table.get(key)).toEqual({ key, version: 2048, object: { text: 'second' } });
  });

  it('ignores states and deletions that are older than what it knows', () => {
    const table = new ResourceTable();
    table.put('a', 2048, bytesOf('newer'));

    table.put('a', 1024, bytesOf('older'));
    table.delete('a', 1024);

    expect(table.bytes('a')).toEqual({ version: 2048, bytes: bytesOf('newer') });
  });

  it('forgets what is deleted', () => {
    const table = new ResourceTable();
    table.put('a', 1024, bytesOf('x'));

    table.delete('a', 2048);

    expect(table.bytes('a')).toBeUndefined();
    expect(table.size).toBe(0);
  });

  it('lists each object once that is there throughout, while others come and go', () => {
    const table = new ResourceTable();
    for (const name of ['a', 'b', 'c', 'd']) table.put(name, 1024, bytesOf(name));
    const listed: string[] = [];

    for (const { text } of table.all()) {
      listed.push(text);
      if (text === 'b') {
        table.put('a', 2048, bytesOf('changed'));
        table.delete('c', 2048);
        table.put('e', 2048, bytesOf('new'));
      }
    }

    expect(listed).toEqual(['a', 'b', 'd', 'e']);
  });
});

describe('the memory of a table', () => {
  const SLAB = 4_096;
  const small = (): ResourceTable => new ResourceTable(new SlabStore(SLAB, 2 * SLAB));

  it('is used again when objects are replaced over and over', () => {
    const table = small();

    for (let round = 1; round <= 1_000; round++) table.put('a', round, bytesOf(`round ${round}`));

    expect(table.allocated).toBeLessThanOrEqual(4 * SLAB);
    expect(table.bytes('a')?.bytes).toEqual(bytesOf('round 1000'));
  });

  it('is given back when most of the objects are gone, though the rest lies scattered', () => {
    const table = small();
    for (let i = 0; i < 20_000; i++) table.put(`object-${i}`, 1, bytesOf(`object ${i}`));
    const full = table.allocated;

    for (let i = 0; i < 20_000; i++) if (i % 20 !== 0) table.delete(`object-${i}`, 2);
    for (let round = 0; round < 1_000; round++) table.put('object-0', 3 + round, bytesOf('busy'));

    expect(table.allocated).toBeLessThan(full / 4);
    expect(names(table)).toHaveLength(1_000);
    expect(table.bytes('object-19980')?.bytes).toEqual(bytesOf('object 19980'));
  });

  it('holds objects that are larger than a slab', () => {
    const table = small();
    const large = bytesOf('x'.repeat(3 * SLAB));

    table.put('large', 1, large);
    table.put('small', 2, bytesOf('s'));
    table.delete('large', 3);
    table.put('large', 4, large);

    expect(table.bytes('large')?.bytes).toEqual(large);
    expect(table.bytes('small')?.bytes).toEqual(bytesOf('s'));
  });
});
