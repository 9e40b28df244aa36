/** Whether the defaults of a schema are values that it would accept. */
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { invalidValue } from '../refusal/causes.js';
import { completeFields, MAX_FILLED_BYTES } from './complete-fields.js';
import { explain } from './explain.js';
import { valueTree } from './field-tree.js';
import { valueJsonSchema } from './json-schema.js';
import { compileValidator } from './validator.js';

/** A schema that has a default, and its place. */
export interface SchemaDefault {
  readonly schema: JsonObject;
  readonly path: string;
}

/** Validated together, as members of one object: one compilation is cheaper than many. */
const TOGETHER = 100;

export const checkDefaults = (defaults: readonly SchemaDefault[]): readonly Cause[] => {
  const causes: Cause[] = [];
  for (let start = 0; start < defaults.length; start += TOGETHER) {
    const some = defaults.slice(start, start + TOGETHER);
    const wrong = some.flatMap(misfits);
    causes.push(...(wrong.length > 0 ? wrong : invalidDefaults(some)));
  }
  return causes;
};

const invalidDefaults = (defaults: readonly SchemaDefault[]): readonly Cause[] => {
  const members = defaults.map(({ schema }, i) => [`d${i}`, schema] as const);
  const validate = compileValidator(valueJsonSchema({ type: 'object', properties: Object.fromEntries(members) }));
  const values: JsonObject = Object.fromEntries(members.map(([name, schema]) => [name, completed(schema)]));
  const validation = validate(values);
  switch (validation.status) {
    case 'valid':
      return [];
    case 'invalid':
      return explain(values, validation.errors).map((cause) => inPlace(cause, defaults));
    case 'tooCostly':
      return [invalidValue(defaults[0]?.path ?? '', '', 'the defaults are too long for the patterns of the schema')];
  }
};

const valueOf = (schema: JsonObject): JsonValue => schema['default'] ?? null;

const completed = (schema: JsonObject): JsonValue => completeFields(valueTree(schema), valueOf(schema)).value;

/** What is wrong with a default before it is held against its schema. */
const misfits = ({ schema, path }: SchemaDefault): readonly Cause[] => {
  const field = `${path}.default`;
  const { unknown, filled } = completeFields(valueTree(schema), valueOf(schema));
  if (filled > MAX_FILLED_BYTES) {
    return [invalidValue(field, valueOf(schema), `the defaults below would add more than ${MAX_FILLED_BYTES} bytes`)];
  }
  return unknown.map((name) =>
    invalidValue(field, valueOf(schema), `must not have the unknown field ${JSON.stringify(name)}`),
  );
};

/** `d3.size` is `size` of the fourth default: its path and its words are put in their place. */
const inPlace = (cause: Cause, defaults: readonly SchemaDefault[]): Cause => {
  const [, index] = /^d([0-9]+)/.exec(cause.field ?? '') ?? [];
  const found = index === undefined ? undefined : defaults[Number(index)];
  if (found === undefined) return cause;
  const member = `d${index}`;
  const place = `${found.path}.default`;
  const message = cause.message
    .replace(`: ${member} in body`, `: ${place} in body`)
    .replace(`: ${member}.`, `: ${place}.`)
    .replace(`: ${member}[`, `: ${place}[`)
    .replace(`"${member}"`, `"${place}"`);
  return { ...cause, message, field: place + (cause.field ?? '').slice(member.length) };
};
