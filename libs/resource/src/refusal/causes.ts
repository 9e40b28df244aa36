/** What can be wrong with one field, in the words of the Kubernetes API (apimachinery's field errors). */
import type { Cause, JsonValue } from '@holdfast/kernel';

/** A value is quoted up to this length: a message names what was wrong, it does not carry it. */
const MAX_QUOTED = 512;

export const invalidValue = (field: string, value: JsonValue | undefined, detail: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${printed(value)}: ${detail}`,
  field,
});

export const invalidType = (field: string, value: JsonValue | undefined, detail: string): Cause => ({
  ...invalidValue(field, value, detail),
  reason: 'FieldValueTypeInvalid',
});

export const requiredValue = (field: string, detail = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  field,
});

export const forbidden = (field: string, detail: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${detail}`,
  field,
});

export const duplicateValue = (field: string, value: JsonValue | undefined): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${printed(value)}`,
  field,
});

export const unsupportedValue = (
  field: string,
  value: JsonValue | undefined,
  supported: readonly (JsonValue | undefined)[],
): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${printed(value)}: supported values: ${supported.map(quotedText).join(', ')}`,
  field,
});

export const tooLong = (field: string, max: number, unit: 'bytes' | 'characters'): Cause => ({
  reason: 'FieldValueTooLong',
  message: `Too long: may not be more than ${max} ${unit}`,
  field,
});

export const tooMany = (field: string, actual: number, max: number): Cause => ({
  reason: 'FieldValueTooMany',
  message: `Too many: ${actual}: must have at most ${max} ${max === 1 ? 'item' : 'items'}`,
  field,
});

/** The cause as a sentence of its own: `spec.size: Required value`. */
export const causeText = ({ field, message }: Cause): string =>
  field === undefined ? message : `${field}: ${message}`;

const printed = (value: JsonValue | undefined): string => shortened(JSON.stringify(value ?? null));

/** Supported values appear in quotes, whatever their type. */
const quotedText = (value: JsonValue | undefined): string =>
  JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value ?? null));

const shortened = (text: string): string => (text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 3)}...` : text);
