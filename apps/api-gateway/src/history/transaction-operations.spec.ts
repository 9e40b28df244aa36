import { describe, expect, it } from '@jest/globals';
import { RefusalError } from '@holdfast/kernel';
import type { JsonValue, Refusal } from '@holdfast/kernel';
import { readOperations } from './transaction-operations.js';
import type { KindLookup } from './transaction-operations.js';

const lookup: KindLookup = (apiVersion, kind) => {
  if (apiVersion === 'fab.dev/v1' && kind === 'Widget') {
    return { group: 'fab.dev', version: 'v1', plural: 'widgets', namespaced: true };
  }
  if (apiVersion === 'v1' && kind === 'Namespace') {
    return { group: '', version: 'v1', plural: 'namespaces', namespaced: false };
  }
  if (apiVersion === 'apiextensions.k8s.io/v1' && kind === 'CustomResourceDefinition') {
    return { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', namespaced: false };
  }
  return undefined;
};

const widget = (name: string) => ({
  apiVersion: 'fab.dev/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'default' },
});
const aimedAt = (name: string) => ({
  group: 'fab.dev',
  version: 'v1',
  resource: 'widgets',
  namespace: 'default',
  name,
});
const target = { apiVersion: 'fab.dev/v1', kind: 'Widget', namespace: 'default', name: 'a' };

const read = (...operations: JsonValue[]) => readOperations({ operations }, lookup);
const refusal = (body: JsonValue): Refusal => {
  try {
    readOperations(body, lookup);
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('the operations of a transaction', () => {
  it('become writes, in their order', () => {
    expect(
      read(
        { op: 'create', object: widget('a') },
        { op: 'update', object: widget('b'), preconditions: { resourceVersion: '1024' } },
        { op: 'patch', target, patch: { spec: { size: 1 } } },
        { op: 'patch', target, patchType: 'json', patch: [{ op: 'remove', path: '/spec' }] },
        { op: 'delete', target, preconditions: { uid: 'u' } },
        { op: 'create', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } } },
      ),
    ).toEqual([
      { verb: 'create', target: aimedAt('a'), body: widget('a') },
      { verb: 'update', target: aimedAt('b'), body: widget('b'), preconditions: { resourceVersion: '1024' } },
      { verb: 'patch', patchType: 'merge', target: aimedAt('a'), body: { spec: { size: 1 } } },
      { verb: 'patch', patchType: 'json', target: aimedAt('a'), body: [{ op: 'remove', path: '/spec' }] },
      { verb: 'delete', target: aimedAt('a'), preconditions: { uid: 'u' } },
      {
        verb: 'create',
        target: { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: 'n' },
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
      },
    ]);
  });

  it('may create an object without a name, which is then made from generateName', () => {
    const object = { ...widget(''), metadata: { generateName: 'w-', namespace: 'default' } };
    expect(read({ op: 'create', object })).toEqual([{ verb: 'create', target: aimedAt(''), body: object }]);
  });

  it('may use a kind that an earlier one defines', () => {
    const spec = {
      group: 'new.dev',
      scope: 'Namespaced',
      names: { plural: 'gears', kind: 'Gear' },
      versions: [{ name: 'v1' }],
    };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gears.new.dev' },
      spec,
    };
    const gear = { apiVersion: 'new.dev/v1', kind: 'Gear', metadata: { name: 'g', namespace: 'default' } };
    const [, made] = read({ op: 'create', object: crd }, { op: 'create', object: gear });
    expect(made?.target).toEqual({
      group: 'new.dev',
      version: 'v1',
      resource: 'gears',
      namespace: 'default',
      name: 'g',
    });
    expect(() => read({ op: 'create', object: gear }, { op: 'create', object: crd })).toThrow(
      'operations[0].object.kind',
    );
  });

  it.each<[string, JsonValue, string, string]>([
    ['no operations', {}, 'operations', 'FieldValueRequired'],
    ['no object at all', 'nonsense', 'operations', 'FieldValueRequired'],
    ['an empty list', { operations: [] }, 'operations', 'FieldValueRequired'],
    ['an operation that is none', { operations: [1] }, 'operations[0]', 'FieldValueTypeInvalid'],
    ['an operation without a verb', { operations: [{}] }, 'operations[0].op', 'FieldValueRequired'],
    ['an unknown verb', { operations: [{ op: 'smash' }] }, 'operations[0].op', 'FieldValueNotSupported'],
    ['a create of nothing', { operations: [{ op: 'create' }] }, 'operations[0].object', 'FieldValueRequired'],
    [
      'an object without a kind',
      { operations: [{ op: 'create', object: { apiVersion: 'v1', metadata: {} } }] },
      'operations[0].object.kind',
      'FieldValueRequired',
    ],
    [
      'a kind that nobody serves',
      { operations: [{ op: 'delete', target: { ...target, kind: 'Gadget' } }] },
      'operations[0].target.kind',
      'FieldValueInvalid',
    ],
    [
      'an update without a name',
      { operations: [{ op: 'update', object: widget('') }] },
      'operations[0].object.metadata.name',
      'FieldValueRequired',
    ],
    [
      'no namespace where one is needed',
      { operations: [{ op: 'delete', target: { ...target, namespace: '' } }] },
      'operations[0].target.namespace',
      'FieldValueRequired',
    ],
    [
      'a namespace where none can be',
      { operations: [{ op: 'delete', target: { apiVersion: 'v1', kind: 'Namespace', namespace: 'a', name: 'b' } }] },
      'operations[0].target.namespace',
      'FieldValueForbidden',
    ],
    ['a patch without a patch', { operations: [{ op: 'patch', target }] }, 'operations[0].patch', 'FieldValueRequired'],
    [
      'an unknown type of patch',
      { operations: [{ op: 'patch', target, patchType: 'apply', patch: {} }] },
      'operations[0].patchType',
      'FieldValueNotSupported',
    ],
    [
      'a precondition that is no text',
      { operations: [{ op: 'delete', target, preconditions: { uid: 7 } }] },
      'operations[0].preconditions.uid',
      'FieldValueTypeInvalid',
    ],
  ])('with %s are refused', (_problem, body, field, reason) => {
    expect(refusal(body)).toMatchObject({ reason: 'Invalid', details: { causes: [{ field, reason }] } });
  });

  it('are told all that is wrong at once', () => {
    const causes = refusal({ operations: [{ op: 'create' }, { op: 'delete', target }, { op: 'x' }] }).details?.causes;
    expect(causes?.map(({ field }) => field)).toEqual(['operations[0].object', 'operations[2].op']);
  });

  it('are at most a thousand', () => {
    const operations = Array.from({ length: 1001 }, () => ({ op: 'delete', target }));
    expect(refusal({ operations })).toMatchObject({
      reason: 'RequestEntityTooLarge',
      message: 'a transaction has at most 1000 operations, this one has 1001',
    });
  });
});
