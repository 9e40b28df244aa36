/** A write after everything that needs no state was done; what hangs on a kind's schema is stamped with its revision. */
import type { FieldValidation, Preconditions, PropagationPolicy, Target } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import type { Patch } from '../patch/patch.js';

/** An object's passage through its kind's schema, good as long as the kind has that revision. */
export interface Admission {
  readonly revision: number;
  readonly result:
    | { readonly ok: true; readonly object: JsonObject; readonly warnings: readonly string[] }
    /** `typed` is the object, when its schema refuses values of it and no types. */
    | { readonly ok: false; readonly refusal: Refusal; readonly typed?: JsonObject };
}

interface Prepared {
  readonly target: Target;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
}

export interface PreparedCreate extends Prepared {
  readonly verb: 'create';
  readonly body: JsonObject;
  /** The store makes one up when it is missing. */
  readonly uid?: string;
  readonly keepsStatus?: true;
  /** Missing when the kind was not known then. */
  readonly admission?: Admission;
}

export interface PreparedUpdate extends Prepared {
  readonly verb: 'update';
  readonly body: JsonObject;
  readonly preconditions: Preconditions;
  /** Missing when the kind was not known then, or for a subresource, whose other half is in the store. */
  readonly admission?: Admission;
}

export interface PreparedPatch extends Prepared {
  readonly verb: 'patch';
  readonly patch: Patch;
  readonly preconditions: Preconditions;
  readonly keepsStatus?: true;
}

export interface PreparedDelete extends Prepared {
  readonly verb: 'delete';
  readonly preconditions: Preconditions;
  /** Without one, what earlier requests left in the finalizers stands. */
  readonly propagationPolicy?: PropagationPolicy;
}

export interface PreparedRollback extends Prepared {
  readonly verb: 'rollback';
  readonly toVersion: number;
  /** The object as it was at that version. */
  readonly past: JsonObject;
}

export type PreparedWrite = PreparedCreate | PreparedUpdate | PreparedPatch | PreparedDelete | PreparedRollback;

export type Preparation =
  { readonly ok: true; readonly write: PreparedWrite } | { readonly ok: false; readonly refusal: Refusal };

export type TransactionPreparation =
  | { readonly ok: true; readonly operations: readonly PreparedWrite[] }
  | { readonly ok: false; readonly refusal: Refusal };
