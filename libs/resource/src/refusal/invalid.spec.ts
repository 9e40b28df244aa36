import { describe, expect, it } from '@jest/globals';
import { invalidValue, requiredValue, tooMany, unsupportedValue } from './causes.js';
import { invalid } from './invalid.js';

const rack = { group: 'inventory.holdfast.dev', kind: 'Rack', name: 'rack-01' };

describe('an invalid object', () => {
  it('is refused with its one cause', () => {
    const cause = requiredValue('spec.size');
    expect(invalid(rack, [cause])).toEqual({
      reason: 'Invalid',
      message: 'Rack.inventory.holdfast.dev "rack-01" is invalid: spec.size: Required value',
      details: { ...rack, causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.size' }] },
    });
  });

  it('is refused with all of its causes', () => {
    const causes = [
      unsupportedValue('spec.color', 'pink', ['red', 1]),
      tooMany('spec.tags', 3, 1),
      invalidValue('spec.size', 0, 'must be positive'),
    ];
    expect(invalid(rack, causes).message).toBe(
      'Rack.inventory.holdfast.dev "rack-01" is invalid: [spec.color: Unsupported value: "pink": supported values: "red", "1", ' +
        'spec.tags: Too many: 3: must have at most 1 item, spec.size: Invalid value: 0: must be positive]',
    );
  });

  it('of the core group is named by its kind alone', () => {
    const { message, details } = invalid({ group: '', kind: 'ConfigMap', name: 'c' }, [requiredValue('data')]);
    expect(message).toBe('ConfigMap "c" is invalid: data: Required value');
    expect(details).not.toHaveProperty('group');
  });

  it('does not carry a huge value back', () => {
    expect(invalid(rack, [invalidValue('spec.x', 'x'.repeat(100_000), 'no')]).message.length).toBeLessThan(700);
  });
});
