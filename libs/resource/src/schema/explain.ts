/** Ajv's errors as the causes that the Kubernetes API would name. */
import { isJsonObject } from '@holdfast/kernel';
import type { Cause, JsonValue } from '@holdfast/kernel';
import type { ErrorObject } from 'ajv';
import {
  duplicateValue,
  invalidType,
  invalidValue,
  requiredValue,
  tooLong,
  tooMany,
  unsupportedValue,
} from '../refusal/causes.js';
import { MAX_ERRORS } from './keywords.js';

/** What Kubernetes calls the object itself, where a field is expected. */
export const WHOLE_OBJECT = '<nil>';

/** At most 100 causes; the last one says when there would have been more. */
export const explain = (value: JsonValue, errors: readonly ErrorObject[]): readonly Cause[] => {
  const causes = errors.filter((error) => !insideBranch(error)).map((error) => cause(value, error));
  if (causes.length <= MAX_ERRORS) return causes;
  return [...causes.slice(0, MAX_ERRORS), invalidValue(WHOLE_OBJECT, '', 'too many errors: the rest is not listed')];
};

/** Why a branch of anyOf or oneOf does not hold is no complaint by itself. */
const insideBranch = ({ schemaPath }: ErrorObject): boolean => /\/(?:anyOf|oneOf)\/[0-9]+\//.test(schemaPath ?? '');

/** What Ajv's keywords, and ours, tell of a violation. */
interface Params {
  readonly allowedValues?: readonly JsonValue[];
  readonly format?: string;
  readonly limit?: number;
  readonly missingProperty?: string;
  readonly multipleOf?: number;
  readonly passingSchemas?: readonly number[] | null;
  readonly pattern?: string;
  readonly type?: string | readonly string[];
  readonly value?: JsonValue;
}

const cause = (root: JsonValue, error: ErrorObject): Cause => {
  const { path, value } = locate(root, error.instancePath);
  const field = path === '' ? WHOLE_OBJECT : path;
  const params = error.params as Params;
  const { limit = 0 } = params;
  switch (error.keyword) {
    case 'required': {
      const missing = params.missingProperty ?? '';
      return requiredValue(path === '' ? missing : `${path}.${missing}`);
    }
    case 'type':
      return wrongType(field, path, params.type ?? '', typeName(value));
    case 'format':
      return invalidType(
        field,
        value,
        `${path} in body must be of type ${params.format}${typeof value === 'string' ? `: ${JSON.stringify(value)}` : ''}`,
      );
    case 'among':
      return unsupportedValue(field, value, params.allowedValues ?? []);
    case 'distinct':
      return duplicateValue(field, params.value);
    case 'maxLength':
      return tooLong(field, limit, 'characters');
    case 'maxItems':
    case 'maxProperties':
      return tooMany(field, sizeOf(value), limit);
    case 'minItems':
      return invalidValue(field, sizeOf(value), `${path} in body should have at least ${limit} items`);
    case 'minProperties':
      return invalidValue(field, sizeOf(value), `${path} in body should have at least ${limit} properties`);
    case 'minLength':
      return invalidValue(field, value, `${path} in body should be at least ${limit} chars long`);
    case 'pattern':
      return invalidValue(field, value, `${path} in body should match '${params.pattern}'`);
    case 'multipleOf':
      return invalidValue(field, value, `${path} in body should be a multiple of ${params.multipleOf}`);
    case 'anyOf':
      return invalidValue(field, '', `${JSON.stringify(path)} must validate at least one schema (anyOf)`);
    case 'oneOf':
      return invalidValue(
        field,
        '',
        `${JSON.stringify(path)} must validate one and only one schema (oneOf). ${params.passingSchemas === null ? 'Found none valid' : 'Found more than one valid'}`,
      );
    case 'not':
      return invalidValue(field, '', `${JSON.stringify(path)} must not validate the schema (not)`);
    default:
      return invalidValue(field, value, `${path} in body should be ${comparison(error.keyword)} ${limit}`);
  }
};

const wrongType = (field: string, path: string, expected: string | readonly string[], actual: string): Cause =>
  invalidType(
    field,
    actual,
    `${path} in body must be of type ${String(expected).replace(/,null$/, '')}: ${JSON.stringify(actual)}`,
  );

const comparison = (keyword: string): string => {
  switch (keyword) {
    case 'minimum':
      return 'greater than or equal to';
    case 'exclusiveMinimum':
      return 'greater than';
    case 'maximum':
      return 'less than or equal to';
    case 'exclusiveMaximum':
      return 'less than';
    default:
      throw new TypeError(`no words for a violation of ${keyword}`);
  }
};

const sizeOf = (value: JsonValue): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : 0;

const typeName = (value: JsonValue): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

/** Follows a JSON pointer, writing the path as Kubernetes does: `spec.ports[0].name`. */
const locate = (root: JsonValue, pointer: string): { path: string; value: JsonValue } => {
  let path = '';
  let value: JsonValue = root;
  for (const token of pointer.split('/').slice(1)) {
    const member = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isJsonObject(value)) {
      path += path === '' ? member : `.${member}`;
      value = value[member] ?? null;
    } else {
      path += `[${member}]`;
      value = Array.isArray(value) ? ((value as readonly JsonValue[])[Number(member)] ?? null) : null;
    }
  }
  return { path, value };
};
