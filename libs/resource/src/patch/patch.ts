import type { JsonObject, JsonValue } from '@holdfast/kernel';

/** One operation of RFC 6902; paths are JSON pointers. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** A patch whose form was checked; it still may not fit the object. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly type: 'merge'; readonly changes: JsonObject }
  | { readonly type: 'strategic'; readonly changes: JsonObject };
