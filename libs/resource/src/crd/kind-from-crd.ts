import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { metadataOf } from '../decide/metadata.js';
import type { KindDefinition, KindVersion, PrinterColumn, ScaleSubresource } from '../kind.js';
import { PRINTER_COLUMN_TYPES } from './check-crd.js';
import { hasCondition, namesOf, objectsAt, versionsOf } from './crd-object.js';

/** The kind that a CustomResourceDefinition declares; undefined until it is established. */
export const kindFromCrd = (crd: JsonObject, revision: number): KindDefinition | undefined => {
  if (!hasCondition(crd, 'Established')) return undefined;
  const spec = objectAt(crd, 'spec');
  const group = stringAt(spec, 'group') ?? '';
  const {
    plural,
    singular,
    kind,
    listKind,
    shortNames = [],
    categories = [],
  } = namesOf(objectAt(objectAt(crd, 'status'), 'acceptedNames'));
  return {
    group,
    plural,
    singular,
    kind,
    listKind,
    shortNames,
    categories,
    scope: spec['scope'] === 'Cluster' ? 'Cluster' : 'Namespaced',
    versions: versionsOf(crd).map((version) => versionFrom(version, { group, kind })),
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    builtIn: false,
    revision,
    ...(metadataOf(crd).deletionTimestamp === undefined ? {} : { terminating: true }),
  };
};

const versionFrom = (version: JsonObject, { group, kind }: { group: string; kind: string }): KindVersion => {
  const name = stringAt(version, 'name') ?? '';
  const subresources = objectAt(version, 'subresources');
  const warning = stringAt(version, 'deprecationWarning') ?? `${group}/${name} ${kind} is deprecated`;
  return {
    name,
    served: version['served'] === true,
    storage: version['storage'] === true,
    ...(version['deprecated'] === true ? { deprecationWarning: warning } : {}),
    schema: objectAt(objectAt(version, 'schema'), 'openAPIV3Schema'),
    status: subresources['status'] !== undefined,
    ...(subresources['scale'] === undefined ? {} : { scale: scaleFrom(objectAt(subresources, 'scale')) }),
    printerColumns: objectsAt(version, 'additionalPrinterColumns').map(columnFrom),
    selectableFields: objectsAt(version, 'selectableFields').map((field) => stringAt(field, 'jsonPath') ?? ''),
  };
};

const columnFrom = (column: JsonObject): PrinterColumn => {
  const { type, format, description, priority } = column;
  return {
    name: stringAt(column, 'name') ?? '',
    type: PRINTER_COLUMN_TYPES.find((known) => known === type) ?? 'string',
    ...(typeof format === 'string' ? { format } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof priority === 'number' ? { priority } : {}),
    jsonPath: stringAt(column, 'jsonPath') ?? '',
  };
};

const scaleFrom = (scale: JsonObject): ScaleSubresource => {
  const labelSelectorPath = stringAt(scale, 'labelSelectorPath');
  return {
    specReplicasPath: stringAt(scale, 'specReplicasPath') ?? '',
    statusReplicasPath: stringAt(scale, 'statusReplicasPath') ?? '',
    ...(labelSelectorPath === undefined ? {} : { labelSelectorPath }),
  };
};
