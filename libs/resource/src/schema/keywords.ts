/** What schemas for Ajv say beyond JSON Schema. */
import type { JsonValue } from '@holdfast/kernel';
import { _, Name } from 'ajv';
import type { Ajv, FuncKeywordDefinition, SchemaObject, SchemaValidateFunction, ValidateFunction } from 'ajv';
import type { CodeKeywordDefinition } from 'ajv';
import { findDuplicates } from './list-duplicates.js';

/** A list or map stops being checked after so many errors. */
export const MAX_ERRORS = 100;

type Context = Parameters<ValidateFunction>[1];

/** `separately: schema`: a validator of its own, compiled when a value first reaches it. */
export const separately = (ajv: Ajv): FuncKeywordDefinition => ({
  keyword: 'separately',
  schemaType: 'object',
  errors: 'full',
  compile: (schema: SchemaObject) => {
    let validate: ValidateFunction | undefined;
    const check: SchemaValidateFunction = (value: unknown, context?: Context): boolean => {
      validate ??= ajv.compile(schema);
      const valid = validate(value, context);
      check.errors = validate.errors ?? [];
      return valid;
    };
    return check;
  },
});

/** `distinct: keys`: no two items have the same values there; without keys, no two items are equal. */
export const distinct: FuncKeywordDefinition = {
  keyword: 'distinct',
  type: 'array',
  schemaType: 'array',
  errors: 'full',
  compile: (keys: readonly string[]) => {
    const check: SchemaValidateFunction = (items: readonly JsonValue[], context?: Context): boolean => {
      const duplicates = findDuplicates(items, keys);
      check.errors = duplicates.slice(0, MAX_ERRORS).map(({ index, value }) => ({
        keyword: 'distinct',
        instancePath: `${context?.instancePath ?? ''}/${index}`,
        params: { value },
      }));
      return duplicates.length === 0;
    };
    return check;
  },
};

/** `boundErrors`: leaves the whole validation once there are more errors than anybody will read. */
export const boundErrors: CodeKeywordDefinition = {
  keyword: 'boundErrors',
  schemaType: 'boolean',
  code: ({ gen, it }) => {
    gen.if(_`${new Name('errors')} > ${MAX_ERRORS}`, () => {
      gen.assign(_`${it.validateName}.errors`, new Name('vErrors'));
      gen.return(false);
    });
  },
};
