/** An object's way through the schema of its kind: unknown fields, pruning, defaults, validation. */
import type { FieldValidation } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { Cause, JsonObject, Refusal } from '@holdfast/kernel';
import { kindVersion } from '../kind.js';
import type { KindDefinition } from '../kind.js';
import { checkMetadata } from '../names/metadata.js';
import { invalidValue } from '../refusal/causes.js';
import { invalid } from '../refusal/invalid.js';
import { completeFields, MAX_FILLED_BYTES } from './complete-fields.js';
import { explain, WHOLE_OBJECT } from './explain.js';
import { objectTree } from './field-tree.js';
import type { FieldTree } from './field-tree.js';
import { objectJsonSchema } from './json-schema.js';
import { newFaults } from './ratchet.js';
import { compileValidator } from './validator.js';
import type { Validator } from './validator.js';

export interface AdmissionRequest {
  readonly kind: KindDefinition;
  readonly version: string;
  readonly object: JsonObject;
  readonly fieldValidation: FieldValidation;
  /** The object before an update: faults that it had already are let through. */
  readonly before?: JsonObject;
}

export type AdmissionResult =
  | { readonly ok: true; readonly object: JsonObject; readonly warnings: readonly string[] }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      /** The object, when all of its values are of the right types: more may be said of it. */
      readonly typed?: JsonObject;
    };

/**
 * Refuses unknown fields under Strict, drops them otherwise (with a warning under Warn), fills in defaults, and
 * validates what came of it. The name is not looked at: it may not be there yet.
 */
export const admit = ({ kind, version, object, fieldValidation, before }: AdmissionRequest): AdmissionResult => {
  const { tree, validate } = compiled(kind, version);
  const { value, unknown, filled } = completeFields(tree, object);
  if (filled > MAX_FILLED_BYTES) return tooLarge;
  const warnings = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (fieldValidation === 'Strict' && warnings.length > 0) {
    return {
      ok: false,
      refusal: { reason: 'BadRequest', message: `strict decoding error: ${warnings.join(', ')}` },
    };
  }
  // The tree of an object makes an object of an object.
  const completed = value as JsonObject;
  const causes = causesOf(completed, validate, before);
  if (causes.length > 0) {
    const refusal = invalid(identityOf(kind, completed), causes);
    return { ok: false, refusal, ...(causes.every(leavesTypes) ? { typed: completed } : {}) };
  }
  return { ok: true, object: completed, warnings: fieldValidation === 'Warn' ? warnings : [] };
};

/** Something is missing, of another type, or was not looked at. */
const leavesTypes = ({ reason, field }: Cause): boolean =>
  reason !== 'FieldValueRequired' && reason !== 'FieldValueTypeInvalid' && field !== WHOLE_OBJECT;

const tooLarge: AdmissionResult = {
  ok: false,
  refusal: {
    reason: 'RequestEntityTooLarge',
    message: `the defaults of its schema would add more than ${MAX_FILLED_BYTES} bytes to the object`,
  },
};

const causesOf = (object: JsonObject, validate: Validator, before: JsonObject | undefined): readonly Cause[] => {
  const validation = validate(object);
  switch (validation.status) {
    case 'valid':
      return checkMetadata(objectAt(object, 'metadata'));
    case 'invalid': {
      const causes = explain(object, validation.errors);
      const remaining = before === undefined ? causes : newFaults(causes, object, before);
      return remaining.length > 0 ? remaining : checkMetadata(objectAt(object, 'metadata'));
    }
    case 'tooCostly':
      return [
        invalidValue(
          WHOLE_OBJECT,
          '',
          'it is too large for the schema of its kind: its validation would take too long',
        ),
      ];
  }
};

const identityOf = (kind: KindDefinition, object: JsonObject): { group: string; kind: string; name: string } => ({
  group: kind.group,
  kind: kind.kind,
  name: stringAt(objectAt(object, 'metadata'), 'name') ?? '',
});

interface CompiledSchema {
  readonly tree: FieldTree;
  readonly validate: Validator;
}

/** Keyed by the schema itself: a new revision of a kind has a new one, and the old one goes with it. */
const cache = new WeakMap<JsonObject, CompiledSchema>();

const compiled = (kind: KindDefinition, version: string): CompiledSchema => {
  const schema = kindVersion(kind, version)?.schema;
  if (schema === undefined) throw new RangeError(`${kind.plural}.${kind.group} has no version ${version}`);
  const known = cache.get(schema);
  if (known !== undefined) return known;
  const fresh = { tree: objectTree(schema), validate: compileValidator(objectJsonSchema(schema)) };
  cache.set(schema, fresh);
  return fresh;
};
