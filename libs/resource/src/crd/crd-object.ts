/** CustomResourceDefinition objects as the rules read them; their schema has seen to the types. */
import type { ObjectKey } from '@holdfast/contracts';
import { isJsonObject, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

export const CRD_GROUP = 'apiextensions.k8s.io';
export const CRD_RESOURCE = 'customresourcedefinitions';

export const isCrdKey = ({ group, resource }: ObjectKey): boolean => group === CRD_GROUP && resource === CRD_RESOURCE;

/** The names of a kind as a CustomResourceDefinition asks for them, or as they were accepted. */
export type CrdNames = {
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind: string;
  readonly categories?: readonly string[];
};

export type Condition = {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
};

/** The names with what may be left out: the singular is the kind in lower case, the list's kind ends in `List`. */
export const namesOf = (names: JsonObject): CrdNames => {
  const kind = stringAt(names, 'kind') ?? '';
  const shortNames = textsAt(names, 'shortNames');
  const categories = textsAt(names, 'categories');
  return {
    plural: stringAt(names, 'plural') ?? '',
    singular: stringAt(names, 'singular') || kind.toLowerCase(),
    ...(shortNames.length === 0 ? {} : { shortNames }),
    kind,
    listKind: stringAt(names, 'listKind') || `${kind}List`,
    ...(categories.length === 0 ? {} : { categories }),
  };
};

export const versionsOf = (crd: JsonObject): readonly JsonObject[] => objectsAt(objectAt(crd, 'spec'), 'versions');

/** The name of the version that is stored; undefined unless exactly one is. */
export const storageVersionOf = (crd: JsonObject): string | undefined => {
  const stored = versionsOf(crd).filter((version) => version['storage'] === true);
  return stored.length === 1 ? stringAt(stored[0], 'name') : undefined;
};

export const storedVersionsOf = (crd: JsonObject): readonly string[] =>
  textsAt(objectAt(crd, 'status'), 'storedVersions');

export const conditionsOf = (crd: JsonObject): readonly Condition[] =>
  objectsAt(objectAt(crd, 'status'), 'conditions') as readonly Condition[];

export const hasCondition = (crd: JsonObject, type: string): boolean =>
  conditionsOf(crd).some((condition) => condition.type === type && condition.status === 'True');

export const itemsAt = (object: JsonObject, member: string): readonly JsonValue[] => {
  const found = object[member];
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [];
};

export const objectsAt = (object: JsonObject, member: string): readonly JsonObject[] =>
  itemsAt(object, member).filter(isJsonObject);

export const textsAt = (object: JsonObject, member: string): readonly string[] =>
  itemsAt(object, member).filter((item) => typeof item === 'string');
