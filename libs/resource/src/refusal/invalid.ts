import type { Cause, Refusal } from '@holdfast/kernel';
import { causeText } from './causes.js';

/** Refuses an object for what is wrong in its fields: `Rack.inventory.holdfast.dev "rack-01" is invalid: …`. */
export const invalid = (
  { group, kind, name }: { readonly group: string; readonly kind: string; readonly name: string },
  causes: readonly Cause[],
): Refusal => {
  const texts = [...new Set(causes.map(causeText))];
  const what = group === '' ? kind : `${kind}.${group}`;
  const why = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return {
    reason: 'Invalid',
    message: `${what} ${JSON.stringify(name)} is invalid: ${why}`,
    details: { name, ...(group === '' ? {} : { group }), kind, causes },
  };
};
