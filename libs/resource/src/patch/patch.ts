import type { JsonObject, JsonValue } from '@holdfast/kernel';

/** One operation of RFC 6902; paths are JSON pointers, here already split into their tokens. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'move' | 'copy'; readonly from: readonly string[]; readonly path: readonly string[] };

/** A patch whose form was checked; it still may not fit the object. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly changes: JsonObject }
  | { readonly type: 'strategic'; readonly changes: JsonObject };

/** Thrown by whatever applies patches when the patch is well-formed but does not fit the object. */
export class PatchMismatch extends Error {
  override readonly name = 'PatchMismatch';

  constructor(
    readonly problem: string,
    /** Where: `[3]`, the operation of a JSON patch, or the path of a member. */
    readonly field: string,
  ) {
    super(`${field}: ${problem}`);
  }
}
