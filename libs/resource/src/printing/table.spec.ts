import { describe, expect, it } from '@jest/globals';

import type { KindDefinition, PrinterColumn } from '../kind.js';
import { humanDuration } from './age.js';
import { tablePrinter } from './table.js';

const NOW = new Date('2026-01-01T10:00:00Z');

const kindWith = (printerColumns: readonly PrinterColumn[], builtIn = false, kind = 'Rack'): KindDefinition => ({
  group: builtIn ? '' : 'inventory.holdfast.dev',
  plural: 'racks',
  singular: 'rack',
  kind,
  listKind: `${kind}List`,
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  verbs: ['get', 'list'],
  builtIn,
  revision: 1,
  versions: [
    { name: 'v1', served: true, storage: true, schema: {}, status: true, printerColumns, selectableFields: [] },
  ],
});

const rowOf = (kind: KindDefinition, object: Record<string, never> | object) =>
  tablePrinter(kind, 'v1').cells(object as never, NOW);

describe('the table of a custom kind', () => {
  it('shows name and age when the kind names no columns', () => {
    const kind = kindWith([]);

    expect(tablePrinter(kind, 'v1').columns.map(({ name }) => name)).toEqual(['Name', 'Age']);
    expect(rowOf(kind, { metadata: { name: 'rack-01', creationTimestamp: '2026-01-01T09:56:40Z' } })).toEqual([
      'rack-01',
      '3m20s',
    ]);
  });

  it.each([
    ['integer', 3, 3],
    ['integer', '3', null],
    ['number', 2.5, 2.5],
    ['boolean', true, true],
    ['string', 'hall A', 'hall A'],
    ['string', { a: 1 }, '{"a":1}'],
    ['string', 7, '7'],
    ['date', '2026-01-01T09:59:30Z', '30s'],
    ['date', 'yesterday', '<invalid>'],
    ['date', 17, null],
    ['string', null, null],
  ] as const)('a %s column shows %j as %j', (type, value, cell) => {
    const kind = kindWith([{ name: 'X', type, jsonPath: '.spec.x' }]);

    expect(rowOf(kind, { metadata: { name: 'a' }, spec: { x: value } })).toEqual(['a', cell]);
  });

  it('prints nothing where a path finds nothing', () => {
    const kind = kindWith([{ name: 'X', type: 'string', jsonPath: '.status.x[0]' }]);

    expect(rowOf(kind, { metadata: { name: 'a' } })).toEqual(['a', null]);
  });
});

describe('the tables of built-in kinds', () => {
  it.each([
    ['Namespace', { metadata: { name: 'default' }, status: { phase: 'Active' } }, ['default', 'Active', '<unknown>']],
    ['ConfigMap', { metadata: { name: 'c' }, data: { a: '1' }, binaryData: { b: 'eA==' } }, ['c', 2, '<unknown>']],
    ['Lease', { metadata: { name: 'l' }, spec: { holderIdentity: 'one' } }, ['l', 'one', '<unknown>']],
    [
      'CustomResourceDefinition',
      { metadata: { name: 'racks.x.dev', creationTimestamp: '2026-01-01T09:00:00Z' } },
      ['racks.x.dev', '2026-01-01T09:00:00Z'],
    ],
    [
      'Event',
      {
        metadata: { name: 'rack-01.1' },
        type: 'Warning',
        reason: 'Failed',
        message: 'no power\n',
        involvedObject: { kind: 'Rack', name: 'rack-01' },
        lastTimestamp: '2026-01-01T09:59:00Z',
        count: 4,
        source: { component: 'rack' },
      },
      ['60s', 'Warning', 'Failed', 'rack/rack-01', '', 'rack', 'no power', '<unknown>', 4, 'rack-01.1'],
    ],
  ])('%s', (kind, object, row) => {
    expect(rowOf(kindWith([], true, kind), object)).toEqual(row);
  });
});

describe('ages', () => {
  const s = 1_000;
  const m = 60 * s;
  const h = 60 * m;
  const d = 24 * h;
  it.each([
    [0, '0s'],
    [-500, '0s'],
    [-5 * s, '<invalid>'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [3 * m + 20 * s, '3m20s'],
    [10 * m + 20 * s, '10m'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [3 * h + 5 * m, '3h5m'],
    [8 * h + 5 * m, '8h'],
    [47 * h, '47h'],
    [48 * h, '2d'],
    [50 * h, '2d2h'],
    [8 * d + 5 * h, '8d'],
    [729 * d, '729d'],
    [730 * d, '2y'],
    [740 * d, '2y10d'],
    [365 * 8 * d, '8y'],
  ])('%d ms ago is %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});
