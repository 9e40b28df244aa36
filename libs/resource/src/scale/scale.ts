/** The subresource `/scale`: how many, whatever the kind, as autoscaling/v1 says it. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { ScaleSubresource } from '../kind.js';

export const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const;

/** The Scale of an object; where its kind's paths lead to nothing, there are none. */
export const scaleOf = (object: JsonObject, paths: ScaleSubresource): JsonObject => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata');
  const selector = paths.labelSelectorPath === undefined ? undefined : valueAt(object, paths.labelSelectorPath);
  return {
    apiVersion: `${SCALE.group}/${SCALE.version}`,
    kind: SCALE.kind,
    metadata: withoutMissing({ name, namespace, uid, resourceVersion, creationTimestamp }),
    spec: { replicas: countAt(object, paths.specReplicasPath) },
    status: {
      replicas: countAt(object, paths.statusReplicasPath),
      ...(typeof selector === 'string' ? { selector } : {}),
    },
  };
};

/** The object with another number where its kind's Scale has it. */
export const withReplicas = (object: JsonObject, paths: ScaleSubresource, replicas: number): JsonObject =>
  withValueAt(object, membersOf(paths.specReplicasPath), replicas);

const membersOf = (path: string): readonly string[] => path.slice(1).split('.');

const valueAt = (object: JsonObject, path: string): JsonValue | undefined =>
  membersOf(path).reduce<JsonValue | undefined>((value, member) => {
    const container = isJsonObject(value) ? value : {};
    return Object.hasOwn(container, member) ? container[member] : undefined;
  }, object);

const countAt = (object: JsonObject, path: string): number => {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : 0;
};

const withValueAt = (
  object: JsonObject,
  [member = '', ...deeper]: readonly string[],
  value: JsonValue,
): JsonObject => ({
  ...object,
  [member]: deeper.length === 0 ? value : withValueAt(objectAt(object, member), deeper, value),
});

const withoutMissing = (members: Readonly<Record<string, JsonValue | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
