/**
 * What the services ask of the transactor. A command is data: who asks, what for, until when.
 * Bodies travel as bytes beside it (see command-frame.ts), already free of duplicate keys.
 */
import type { Refusal } from '@holdfast/kernel';

/** What a command aims at; `version` is the API version asked for, in which the answer is given. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
  /** '' on a create: the name stands in the body, or is made from generateName. */
  readonly name: string;
  readonly subresource?: 'status' | 'finalize' | 'scale';
}

export type PatchType = 'json' | 'merge' | 'strategic';

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Preconditions {
  readonly resourceVersion?: string;
  readonly uid?: string;
}

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan';

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldValidation?: FieldValidation;
}

/** One write; its body is the object, the patch, or nothing. */
export type Write =
  | {
      readonly verb: 'create';
      readonly target: Target;
      readonly options?: WriteOptions;
      /** Chosen by one of our services, so that other objects of its transaction can refer to this one. */
      readonly uid?: string;
      /** One of our services makes the object with its status at once; from anybody else a status is ignored. */
      readonly keepsStatus?: true;
    }
  | {
      readonly verb: 'update';
      readonly target: Target;
      readonly options?: WriteOptions;
      readonly preconditions?: Preconditions;
    }
  | {
      readonly verb: 'patch';
      readonly target: Target;
      readonly patchType: PatchType;
      readonly options?: WriteOptions;
      readonly preconditions?: Preconditions;
      /** One of our services changes the object and its status at once; from anybody else that is two writes. */
      readonly keepsStatus?: true;
    }
  | {
      readonly verb: 'delete';
      readonly target: Target;
      readonly options?: WriteOptions;
      readonly preconditions?: Preconditions;
      readonly propagationPolicy?: PropagationPolicy;
    }
  | { readonly verb: 'rollback'; readonly target: Target; readonly toVersion: number; readonly options?: WriteOptions };

export type WriteVerb = Write['verb'];

/** The body of a `transact` command is a JSON array of these, at most 1,000. */
export type TransactionOperation = Write & {
  /** The object of a create or update, or the patch. */
  readonly body?: unknown;
};

/**
 * - a write: decided, appended, answered with the object;
 * - `transact`: its body is TransactionOperation[]; all or nothing, later operations see earlier ones;
 * - `get`: the newest object; `look`: the confirmed end of the log; `kinds`: every CustomResourceDefinition;
 * - `list`: a page of all objects, for services that keep their own copy. The first page's version is where to follow
 *   the log from; later pages may hold newer states, which the follower recognizes by their versions.
 */
export type Request =
  | Write
  | { readonly verb: 'transact'; readonly options?: WriteOptions }
  | { readonly verb: 'get'; readonly target: Target }
  | { readonly verb: 'look' }
  | { readonly verb: 'kinds' }
  | { readonly verb: 'list'; readonly after?: string };

/** Writes of a controller name the object that grants them leadership, and its epoch; the transactor refuses stale ones. */
export interface Fence {
  /** keyText of the lock object. */
  readonly lock: string;
  readonly epoch: number;
}

export interface Command {
  /** Unique per intended change; the same command may be sent again and happens once. */
  readonly id: string;
  /** Milliseconds since the epoch; undecided by then, it is answered 504. */
  readonly deadline: number;
  readonly actor: string;
  readonly requestID: string;
  readonly correlationID: string;
  readonly causationID?: string;
  readonly traceparent?: string;
  readonly fieldManager?: string;
  readonly idempotency?: { readonly key: string; readonly body: string };
  readonly fence?: Fence;
  readonly request: Request;
}

/**
 * The answer to a command. `version` is the object's resourceVersion, for `look` and `kinds` the log's end.
 * The body beside it: the object with its version; for `transact` a JSON array of objects (null where a delete
 * removed one); for `kinds` and `list` a JSON array of objects; for `look` nothing.
 */
export type Reply =
  | {
      readonly status: 'ok';
      readonly version: number;
      readonly outcome: 'created' | 'changed' | 'unchanged' | 'deleted' | 'read';
      /** For `list`: the resource of each object in the body, since an object names its kind only. */
      readonly resources?: readonly string[];
      /** For `list`: where the next page begins; missing on the last one. */
      readonly next?: string;
      /** One sentence each, for `Warning` headers. */
      readonly warnings?: readonly string[];
    }
  | { readonly status: 'refused'; readonly refusal: Refusal };
