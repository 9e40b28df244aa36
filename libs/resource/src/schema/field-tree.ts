/** A schema as the walker sees it: which fields there are, which are filled in, and where anything goes. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { byteLength } from '../names/grammar.js';
import { completeFields } from './complete-fields.js';
import { objectMetaSchema } from './object-meta.js';

export interface FieldTree {
  readonly fields: ReadonlyMap<string, FieldTree>;
  /** What fields with other names look like; undefined when there are none. */
  readonly otherFields?: FieldTree;
  readonly items?: FieldTree;
  /** Unknown fields stay. */
  readonly open: boolean;
  readonly nullable: boolean;
  /** What a missing value becomes, itself complete. */
  readonly fallback?: JsonValue;
  /** The fields that have a fallback. */
  readonly fallbacks: readonly Fallback[];
}

interface Fallback {
  readonly name: string;
  readonly value: JsonValue;
  /** What the field takes as JSON. */
  readonly bytes: number;
}

/** Reads the schema of a whole object, in which apiVersion, kind and metadata are given. */
export const objectTree = (schema: JsonObject): FieldTree => treeOf(embedded(schema));

/** Reads the schema of any value. */
export const valueTree = (schema: JsonObject): FieldTree => treeOf(schema);

const treeOf = (schema: JsonObject): FieldTree => {
  const whole = schema['x-kubernetes-embedded-resource'] === true ? embedded(schema) : schema;
  const fields = new Map<string, FieldTree>();
  for (const [name, field] of Object.entries(objectAt(whole, 'properties'))) {
    if (isJsonObject(field)) fields.set(name, treeOf(field));
  }
  const { additionalProperties, items } = whole;
  const tree: FieldTree = {
    fields,
    ...(isJsonObject(additionalProperties) ? { otherFields: treeOf(additionalProperties) } : {}),
    ...(isJsonObject(items) ? { items: treeOf(items) } : {}),
    open: whole['x-kubernetes-preserve-unknown-fields'] === true || additionalProperties === true,
    nullable: whole['nullable'] === true,
    fallbacks: [...fields].flatMap(([name, field]) => fallbackOf(name, field)),
  };
  // A default of null is none, as in Kubernetes.
  const fallback = whole['default'] ?? undefined;
  return fallback === undefined ? tree : { ...tree, fallback: completeFields(tree, fallback).value };
};

const fallbackOf = (name: string, { fallback }: FieldTree): readonly Fallback[] =>
  fallback === undefined ? [] : [{ name, value: fallback, bytes: byteLength(JSON.stringify({ [name]: fallback })) }];

const IDENTITY = { apiVersion: { type: 'string' }, kind: { type: 'string' } };

/** An object within an object, and the root: what a kind says of its metadata does not shape it. */
const embedded = (schema: JsonObject): JsonObject => ({
  ...schema,
  'x-kubernetes-embedded-resource': false,
  properties: { ...objectAt(schema, 'properties'), ...IDENTITY, metadata: objectMetaSchema },
});
