/** What is particular to one kind; everything else is the same for all kinds. */
import type { Target } from '@holdfast/contracts';
import type { Cause, JsonObject } from '@holdfast/kernel';
import type { ResourceState, StoredObject } from '../decide/decision.js';
import type { NameRule } from '../names/grammar.js';

/** What a completed object may depend on. */
export interface Surroundings {
  readonly before: StoredObject | undefined;
  readonly state: ResourceState;
  /** RFC 3339, seconds. */
  readonly now: string;
  /** What the write goes through; missing for the object itself. */
  readonly subresource?: Target['subresource'];
}

export interface KindStrategy {
  readonly nameRule: NameRule;
  /** Whether a PUT may come without resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** What is wrong with an object that its schema lets pass. */
  readonly check?: (object: JsonObject) => readonly Cause[];
  /** What the author of a good object has to know. */
  readonly warn?: (object: JsonObject) => readonly string[];
  /** What is wrong with a change. */
  readonly checkChange?: (object: JsonObject, before: JsonObject) => readonly Cause[];
  /** Fills in what clients have no say in. */
  readonly complete?: (object: JsonObject, around: Surroundings) => JsonObject;
  /** Why an object may not be deleted at all. */
  readonly undeletable?: (object: JsonObject) => string | undefined;
  /** How an object shows that its deletion was asked for. */
  readonly terminating?: (object: JsonObject, now: string) => JsonObject;
  /** Whether something beside metadata.finalizers holds an object that is being deleted. */
  readonly holds?: (object: JsonObject) => boolean;
}
