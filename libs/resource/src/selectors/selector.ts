/** What a list or a watch selects: conditions on labels and on fields, all of which must hold. */
import type { SelectorValues } from '@holdfast/contracts';
import { assertNever } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Those of In and NotIn; the one integer of GreaterThan and LessThan. */
  readonly values: readonly string[];
}

export interface Selector {
  readonly labels: readonly SelectorRequirement[];
  /** Only In and NotIn, each with one value; a field that is missing is empty. */
  readonly fields: readonly SelectorRequirement[];
}

export type ParsedSelector =
  | { readonly ok: true; readonly requirements: readonly SelectorRequirement[] }
  | { readonly ok: false; readonly refusal: Refusal };

export const refuseSelector = (message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { reason: 'BadRequest', message },
});

export const matchesSelector = ({ labels, fields }: Selector, values: SelectorValues): boolean =>
  labels.every((requirement) => meets(ownValue(values.labels, requirement.key), requirement)) &&
  fields.every((requirement) => meets(ownValue(values.fields, requirement.key) ?? '', requirement));

const ownValue = (values: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(values, key) ? values[key] : undefined;

const meets = (value: string | undefined, { operator, values }: SelectorRequirement): boolean => {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'GreaterThan':
      return isInteger(value) && BigInt(value) > BigInt(values[0] ?? 0);
    case 'LessThan':
      return isInteger(value) && BigInt(value) < BigInt(values[0] ?? 0);
    default:
      return assertNever(operator);
  }
};

/** Label values begin with a letter or a digit, so an integer there has no sign. */
const isInteger = (value: string | undefined): value is string => value !== undefined && /^[0-9]{1,63}$/.test(value);
