import { describe, expect, it } from '@jest/globals';

import { isJsonObject } from '@holdfast/kernel';
import { ObjectCache } from '@holdfast/reconcile';

import { DEFINITIONS, lookupKinds } from './known-kinds.js';
import { RECONCILER_DEFINITION, RECONCILERS } from './reconciler-kind.js';

const definition = (more: { readonly metadata?: object; readonly established?: boolean } = {}): ObjectCache => {
  const { metadata = {}, established = true } = more;
  const spec = RECONCILER_DEFINITION['spec'];
  const names = isJsonObject(spec) ? spec['names'] : undefined;
  const name = `${RECONCILERS.resource}.${RECONCILERS.group}`;
  const cache = new ObjectCache();
  cache.put({
    key: { ...DEFINITIONS, namespace: '', name },
    version: 1,
    object: {
      ...RECONCILER_DEFINITION,
      metadata: { name, uid: 'uid-of-the-definition', ...metadata },
      status: {
        acceptedNames: names,
        conditions: [{ type: 'Established', status: established ? 'True' : 'False' }],
      },
    },
  });
  return cache;
};
const reference = { apiVersion: 'holdfast.dev/v1', kind: 'Reconciler' };
const missing = { missing: expect.any(String) };

describe('the kinds that can be reconciled', () => {
  it('are those that are established', () => {
    expect(lookupKinds(definition())(reference)).toMatchObject({ resource: 'reconcilers', hasStatus: true });
    expect(lookupKinds(definition({ established: false }))(reference)).toEqual(missing);
    expect(lookupKinds(new ObjectCache())(reference)).toEqual(missing);
  });

  it('include those that are being deleted: their objects wait for the finalizers of their reconcilers', () => {
    const going = definition({ metadata: { deletionTimestamp: '2026-01-01T10:00:00Z' } });
    expect(lookupKinds(going)(reference)).toMatchObject({ resource: 'reconcilers' });
  });

  it('are looked up by group, version and name', () => {
    const find = lookupKinds(definition());
    expect(find({ apiVersion: 'v1', kind: 'ConfigMap' })).toMatchObject({ resource: 'configmaps', hasStatus: false });
    expect(find({ ...reference, apiVersion: 'other.dev/v1' })).toEqual({
      missing: 'there is no kind Reconciler in other.dev/v1',
    });
    expect(find({ ...reference, apiVersion: 'holdfast.dev/v2' })).toEqual({
      missing: 'Reconciler is not served as v2, but as v1',
    });
  });
});
