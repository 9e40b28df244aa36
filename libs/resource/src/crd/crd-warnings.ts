/** What a CustomResourceDefinition asks for and does not get: its author is told, rather than left to believe in it. */
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { itemsAt, versionsOf } from './crd-object.js';

/** One warning for each version whose schema has rules in CEL. */
export const warnOfCrd = (crd: JsonObject): readonly string[] =>
  versionsOf(crd).flatMap((version, i) => {
    const rules = countRules(objectAt(objectAt(version, 'schema'), 'openAPIV3Schema'));
    if (rules === 0) return [];
    const counted = rules === 1 ? '1 rule' : `${rules} rules`;
    return [
      `spec.versions[${i}].schema.openAPIV3Schema: x-kubernetes-validations (${counted}) is accepted but not evaluated`,
    ];
  });

const countRules = (schema: JsonObject): number =>
  [
    ...Object.values(objectAt(schema, 'properties')).filter(isJsonObject),
    objectAt(schema, 'items'),
    objectAt(schema, 'additionalProperties'),
  ]
    .filter((part) => Object.keys(part).length > 0)
    .reduce((sum, part) => sum + countRules(part), itemsAt(schema, 'x-kubernetes-validations').length);
