/** Validation by Ajv, with what Kubernetes adds to JSON Schema: formats, list types, linear patterns, bounded errors. */
import type { JsonValue } from '@holdfast/kernel';
import { Ajv } from 'ajv';
import type { ErrorObject, Format } from 'ajv';
import { numberFormats, stringFormats } from './formats.js';
import { among, distinct, repeated, separately } from './keywords.js';
import type { JsonSchema } from './json-schema.js';
import { countedPattern } from './patterns.js';
import type { Pattern } from './patterns.js';
import { WorkBudget, WorkBudgetError } from './work-budget.js';

export type Validation =
  | { readonly status: 'valid' }
  | { readonly status: 'invalid'; readonly errors: readonly ErrorObject[] }
  /** With this schema the value would take too long. */
  | { readonly status: 'tooCostly' };

export type Validator = (value: JsonValue) => Validation;

/** Compiles a schema; what it costs grows with the schema, so the result is to be kept. */
export const compileValidator = (schema: JsonSchema): Validator => {
  const budget = new WorkBudget();
  const validate = newAjv(budget).compile<JsonValue>(schema);
  return (value) => {
    budget.refill();
    try {
      if (validate(value)) return { status: 'valid' };
      return { status: 'invalid', errors: validate.errors ?? [] };
    } catch (error) {
      if (error instanceof WorkBudgetError) return { status: 'tooCostly' };
      throw error;
    }
  };
};

/** One for each schema: an Ajv never forgets a schema, and kinds come and go. */
const newAjv = (budget: WorkBudget): Ajv => {
  const regExp = (source: string): Pattern => countedPattern(source, budget);
  // Ajv asks for the engine's name for standalone code, which is never made here.
  regExp.code = 'countedPattern';
  const ajv = new Ajv({
    allErrors: true,
    // The optimizer costs more than half of a compilation, and validation gains nothing measurable.
    code: { optimize: false, regExp },
    formats,
    logger: false,
    messages: false,
    meta: false,
    // 0.3 is a multiple of 0.1 but for the last bits of their quotient.
    multipleOfPrecision: 9,
    strict: false,
    validateSchema: false,
  });
  for (const keyword of [among, distinct, repeated(budget), separately(ajv, budget)]) ajv.addKeyword(keyword);
  return ajv;
};

const formats: Record<string, Format> = {
  ...Object.fromEntries(Object.entries(stringFormats).map(([name, validate]) => [name, { type: 'string', validate }])),
  ...Object.fromEntries(Object.entries(numberFormats).map(([name, validate]) => [name, { type: 'number', validate }])),
};
