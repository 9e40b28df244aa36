/** What schemas for Ajv say beyond JSON Schema. */
import type { JsonValue } from '@holdfast/kernel';
import { _, Name } from 'ajv';
import type { Ajv, CodeKeywordDefinition, FuncKeywordDefinition, SchemaValidateFunction, ValidateFunction } from 'ajv';
import type { JsonSchema } from './json-schema.js';
import { canonicalText, findDuplicates } from './list-duplicates.js';
import type { WorkBudget } from './work-budget.js';

/** A list or map stops being checked after so many errors. */
export const MAX_ERRORS = 100;

type Context = Parameters<ValidateFunction>[1];

/** A schema for Ajv, and how many steps it takes to go through it once. */
export interface Measured {
  readonly result: JsonSchema;
  readonly size: number;
}

/** `separately: measured`: a validator of its own, compiled when a value first reaches it. */
export const separately = (ajv: Ajv, budget: WorkBudget): FuncKeywordDefinition => ({
  keyword: 'separately',
  schemaType: 'object',
  errors: 'full',
  compile: ({ result, size }: Measured) => {
    let validate: ValidateFunction | undefined;
    const check: SchemaValidateFunction = (value: unknown, context?: Context): boolean => {
      budget.spend(size);
      validate ??= ajv.compile(result);
      const valid = validate(value, context);
      check.errors = validate.errors ?? [];
      return valid;
    };
    return check;
  },
});

/** `among: values`: as `enum`, but found at once, however many values there are. */
export const among: FuncKeywordDefinition = {
  keyword: 'among',
  schemaType: 'array',
  // Ajv completes the error with its place in the schema.
  errors: true,
  compile: (values: readonly JsonValue[]) => {
    const known = new Set(values.map(canonicalText));
    const check: SchemaValidateFunction = (value: JsonValue, context?: Context): boolean => {
      if (known.has(canonicalText(value))) return true;
      const instancePath = context?.instancePath ?? '';
      check.errors = [{ keyword: 'among', instancePath, params: { allowedValues: values } }];
      return false;
    };
    return check;
  },
};

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

export interface Repeated {
  /** Steps that each item takes. */
  readonly cost: number;
  /** Whether the whole validation ends once there are more errors than anybody will read. */
  readonly bounded: boolean;
}

/** `repeated`: stands in the schema of items, and of members of maps. */
export const repeated = (budget: WorkBudget): CodeKeywordDefinition => ({
  keyword: 'repeated',
  schemaType: 'object',
  code: ({ gen, it, schema }) => {
    const { cost, bounded } = schema as Repeated;
    const counter = gen.scopeValue('root', { ref: budget });
    gen.code(_`${counter}.spend(${cost})`);
    if (!bounded) return;
    gen.if(_`${new Name('errors')} > ${MAX_ERRORS}`, () => {
      gen.assign(_`${it.validateName}.errors`, new Name('vErrors'));
      gen.return(false);
    });
  },
});
