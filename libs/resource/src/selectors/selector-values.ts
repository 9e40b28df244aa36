import type { SelectorValues } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { KindDefinition } from '../kind.js';
import { metadataOf } from '../decide/metadata.js';
import { fieldLabel } from './field-selector.js';

/** What selectors see of an object: its labels, and by path (`spec.color`) the fields that a version of its kind names. */
export const selectorValues = (kind: KindDefinition, object: JsonObject): SelectorValues => {
  const fields: Record<string, string> = {};
  for (const { selectableFields } of kind.versions) {
    for (const path of selectableFields) fields[fieldLabel(path)] = textAt(object, fieldLabel(path));
  }
  return { labels: metadataOf(object).labels ?? {}, fields };
};

const textAt = (object: JsonObject, label: string): string => {
  let value: JsonValue | undefined = object;
  for (const member of label.split('.')) value = isJsonObject(value) ? value[member] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
};
