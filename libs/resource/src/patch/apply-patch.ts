import { assertNever, isJsonObject } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { applyJsonPatch, isTooDeep } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';
import { PatchMismatch } from './patch.js';
import type { Patch } from './patch.js';
import { applyStrategicMergePatch } from './strategic-merge-patch.js';

export type Patched =
  | { readonly ok: true; readonly object: JsonObject }
  | { readonly ok: false; readonly problem: string; readonly field: string };

/** The object after the patch, sharing what did not change; or where the patch does not fit it. */
export const applyPatch = (object: JsonObject, patch: Patch): Patched => {
  try {
    return { ok: true, object: patched(object, patch) };
  } catch (error) {
    if (!(error instanceof PatchMismatch)) throw error;
    return { ok: false, problem: error.problem, field: error.field };
  }
};

const patched = (object: JsonObject, patch: Patch): JsonObject => {
  switch (patch.type) {
    case 'json': {
      const value = applyJsonPatch(object, patch.operations);
      if (!isJsonObject(value)) throw new PatchMismatch('what remains is no object', '');
      if (isTooDeep(value)) throw new PatchMismatch('what remains is nested too deep', '');
      return value;
    }
    case 'merge':
      return applyMergePatch(object, patch.changes);
    case 'strategic':
      return applyStrategicMergePatch(object, patch.changes);
    default:
      return assertNever(patch);
  }
};
