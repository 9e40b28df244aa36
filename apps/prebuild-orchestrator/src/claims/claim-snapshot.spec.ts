import { expect, it } from '@jest/globals';
import { POOL_DECISIONS } from '@holdfast/prebuild';
import { keyOf, ObjectCache } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import { preset, READY, template, version, workspace } from '../pools/plan-pass.fixtures.js';
import { snapshotFor } from './claim-snapshot.js';
import { PoolIndex } from './pool-index.js';

const decision = (of: string, desired: number): ObjectState => ({
  key: keyOf(POOL_DECISIONS, 'default', `small--${of}`),
  version: 1,
  object: { metadata: { name: `small--${of}` }, spec: { preset: 'small', version: of, state: { desired } } },
});

/** The versions beside the active one, `v4`, that claims are served from. */
const servedBeside = (strategy: string): readonly string[] | undefined => {
  const cache = new ObjectCache();
  const states = [
    template({ spec: { activeVersion: 'v4' }, status: { activeVersion: 'v4', previousVersion: 'v3' } }),
    preset({ instances: 2, replacement: { strategy, maxSurge: 1 } }),
    ...['v1', 'v2', 'v3', 'v4'].flatMap((of) => [
      version(of),
      workspace(`of-${of}`, { spec: { version: of }, status: READY }),
    ]),
    decision('v1', 1),
    decision('v2', 0),
    decision('v3', 1),
    decision('v4', 2),
  ];
  for (const state of states) cache.put(state);
  const index = new PoolIndex();
  index.reset(cache);
  return snapshotFor('default', { preset: 'small' }, cache, index)?.presets[0]?.retiringVersions;
};

it('claims are served from all versions that a surge keeps instances of, as was decided last', () => {
  expect(servedBeside('Surge')).toEqual(['v1', 'v3']);
  expect(servedBeside('Immediate')).toEqual([]);
});
