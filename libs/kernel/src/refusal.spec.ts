import { describe, expect, it } from '@jest/globals';

import { assertNever } from './assert-never.js';
import { qualifiedResource, RefusalError } from './refusal.js';

describe('a refusal', () => {
  it('crosses code as an error, unchanged and with its sentence', () => {
    const refusal = { reason: 'NotFound', message: 'racks "rack-01" not found' } as const;

    const error = new RefusalError(refusal);

    expect([error.refusal, error.message]).toEqual([refusal, 'racks "rack-01" not found']);
  });

  it('names resources as Kubernetes does', () => {
    expect(qualifiedResource('inventory.holdfast.dev', 'racks')).toBe('racks.inventory.holdfast.dev');
    expect(qualifiedResource('', 'configmaps')).toBe('configmaps');
  });
});

describe('a case that cannot be', () => {
  it('says what it was', () => {
    expect(() => assertNever({ kind: 'surprise' } as never)).toThrow(
      new TypeError('unexpected case: {"kind":"surprise"}'),
    );
  });
});
