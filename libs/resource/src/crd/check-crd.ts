/** What a CustomResourceDefinition must be beside what its own schema says. */
import { isJsonObject, objectAt, stringAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import { metadataOf } from '../decide/metadata.js';
import { compileJsonPath, JsonPathError } from '../json-path/json-path.js';
import type { PrinterColumnType } from '../kind.js';
import { dns1035Label, dns1123Subdomain } from '../names/grammar.js';
import { nameCauses } from '../names/metadata.js';
import { duplicateValue, invalidValue, requiredValue, tooMany, unsupportedValue } from '../refusal/causes.js';
import { checkStructural } from '../schema/structural.js';
import { namesOf, objectsAt, storageVersionOf, versionsOf } from './crd-object.js';

export const PRINTER_COLUMN_TYPES: readonly PrinterColumnType[] = ['integer', 'number', 'string', 'boolean', 'date'];
const MAX_SELECTABLE_FIELDS = 8;
/** A definition in one of these could take the place of a kind that the product itself relies on. */
const BUILT_IN_GROUPS: readonly string[] = [
  'apiextensions.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'coordination.k8s.io',
  'events.k8s.io',
];

/** All that is wrong with a CustomResourceDefinition by itself. */
export const checkCrd = (crd: JsonObject): readonly Cause[] => {
  const spec = objectAt(crd, 'spec');
  return [
    ...checkOwnName(crd),
    ...checkGroup(stringAt(spec, 'group') ?? ''),
    ...checkNames(objectAt(spec, 'names')),
    ...checkConversion(objectAt(spec, 'conversion')),
    ...checkVersions(crd),
    ...(spec['preserveUnknownFields'] === true
      ? [
          invalidValue(
            'spec.preserveUnknownFields',
            true,
            'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
          ),
        ]
      : []),
  ];
};

const checkOwnName = (crd: JsonObject): readonly Cause[] => {
  const spec = objectAt(crd, 'spec');
  const { name = '' } = metadataOf(crd);
  const expected = `${stringAt(objectAt(spec, 'names'), 'plural') ?? ''}.${stringAt(spec, 'group') ?? ''}`;
  return name === expected ? [] : [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')];
};

const checkGroup = (group: string): readonly Cause[] => {
  if (group === '') return [requiredValue('spec.group')];
  const complaints = nameCauses('spec.group', group, dns1123Subdomain);
  if (complaints.length > 0) return complaints;
  if (!group.includes('.')) return [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
  return BUILT_IN_GROUPS.includes(group) ? [invalidValue('spec.group', group, 'belongs to built-in kinds')] : [];
};

const checkNames = (names: JsonObject): readonly Cause[] => {
  const { plural, singular, shortNames = [], kind, listKind, categories = [] } = namesOf(names);
  const field = (member: string): string => `spec.names.${member}`;
  return [
    ...(plural === '' ? [requiredValue(field('plural'))] : nameCauses(field('plural'), plural, dns1035Label)),
    ...(kind === ''
      ? [requiredValue(field('kind'))]
      : [
          ...nameCauses(field('singular'), singular, dns1035Label),
          ...kindCauses(field('kind'), kind),
          ...kindCauses(field('listKind'), listKind),
        ]),
    ...shortNames.flatMap((name, i) => nameCauses(`${field('shortNames')}[${i}]`, name, dns1035Label)),
    ...categories.flatMap((name, i) => nameCauses(`${field('categories')}[${i}]`, name, dns1035Label)),
    ...(kind !== '' && kind === listKind
      ? [invalidValue(field('listKind'), listKind, 'kind and listKind may not be the same')]
      : []),
  ];
};

const kindCauses = (field: string, kind: string): readonly Cause[] =>
  dns1035Label(kind.toLowerCase()).map((complaint) =>
    invalidValue(field, kind, `may have mixed case, but should otherwise match: ${complaint}`),
  );

const checkConversion = ({ strategy }: JsonObject): readonly Cause[] =>
  strategy === undefined || strategy === 'None'
    ? []
    : [unsupportedValue('spec.conversion.strategy', strategy, ['None'])];

const checkVersions = (crd: JsonObject): readonly Cause[] => {
  const versions = versionsOf(crd);
  const names = versions.map((version) => stringAt(version, 'name') ?? '');
  return [
    ...versions.flatMap((version, i) => checkVersion(version, `spec.versions[${i}]`)),
    ...names.flatMap((name, i) =>
      names.indexOf(name) === i ? [] : [duplicateValue(`spec.versions[${i}].name`, name)],
    ),
    ...(storageVersionOf(crd) === undefined
      ? [invalidValue('spec.versions', names, 'must have exactly one version marked as storage version')]
      : []),
  ];
};

const checkVersion = (version: JsonObject, at: string): readonly Cause[] => [
  ...nameCauses(`${at}.name`, stringAt(version, 'name') ?? '', dns1035Label),
  ...checkSchema(version, `${at}.schema.openAPIV3Schema`),
  ...checkScale(objectAt(version, 'subresources'), `${at}.subresources.scale`),
  ...checkColumns(objectsAt(version, 'additionalPrinterColumns'), `${at}.additionalPrinterColumns`),
  ...checkSelectableFields(version, `${at}.selectableFields`),
];

const checkSchema = (version: JsonObject, at: string): readonly Cause[] => {
  const schema = objectAt(version, 'schema')['openAPIV3Schema'];
  return isJsonObject(schema) ? checkStructural(schema, at) : [requiredValue(at, 'schemas are required')];
};

const checkScale = (subresources: JsonObject, at: string): readonly Cause[] => {
  if (subresources['scale'] === undefined) return [];
  const scale = objectAt(subresources, 'scale');
  return [
    ...checkScalePath(scale, { member: 'specReplicasPath', below: ['.spec.'], required: true, at }),
    ...checkScalePath(scale, { member: 'statusReplicasPath', below: ['.status.'], required: true, at }),
    ...checkScalePath(scale, { member: 'labelSelectorPath', below: ['.spec.', '.status.'], required: false, at }),
  ];
};

const checkScalePath = (
  scale: JsonObject,
  { member, below, required, at }: { member: string; below: readonly string[]; required: boolean; at: string },
): readonly Cause[] => {
  const path = stringAt(scale, member) ?? '';
  const field = `${at}.${member}`;
  if (path === '') return required ? [requiredValue(field)] : [];
  if (!isSimplePath(path)) return [invalidValue(field, path, 'must be a json path without array notation')];
  if (below.some((start) => path.startsWith(start))) return [];
  return [
    invalidValue(field, path, `should be a json path under ${below.map((start) => start.slice(0, -1)).join(' or ')}`),
  ];
};

const checkColumns = (columns: readonly JsonObject[], at: string): readonly Cause[] =>
  columns.flatMap((column, i) => [
    ...(stringAt(column, 'name') ? [] : [requiredValue(`${at}[${i}].name`)]),
    ...checkColumnPath(stringAt(column, 'jsonPath') ?? '', `${at}[${i}].jsonPath`),
    ...(PRINTER_COLUMN_TYPES.some((type) => type === column['type'])
      ? []
      : [unsupportedValue(`${at}[${i}].type`, column['type'], PRINTER_COLUMN_TYPES)]),
  ]);

const checkColumnPath = (path: string, field: string): readonly Cause[] => {
  if (path === '') return [requiredValue(field)];
  try {
    compileJsonPath(path);
    return [];
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    return [invalidValue(field, path, error.message)];
  }
};

const checkSelectableFields = (version: JsonObject, at: string): readonly Cause[] => {
  const paths = objectsAt(version, 'selectableFields').map((field) => stringAt(field, 'jsonPath') ?? '');
  const schema = objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');
  return [
    ...(paths.length > MAX_SELECTABLE_FIELDS ? [tooMany(at, paths.length, MAX_SELECTABLE_FIELDS)] : []),
    ...paths.flatMap((path, i) => {
      const field = `${at}[${i}].jsonPath`;
      if (paths.indexOf(path) !== i) return [duplicateValue(field, path)];
      if (path === '') return [requiredValue(field)];
      return selectable(path, schema) ? [] : [invalidValue(field, path, NOT_SELECTABLE)];
    }),
  ];
};

const NOT_SELECTABLE =
  'must be a simple path, outside of metadata, to a field of type string, boolean or integer in the schema';

const selectable = (path: string, schema: JsonObject): boolean => {
  if (!isSimplePath(path) || path.startsWith('.metadata')) return false;
  const members = path.slice(1).split('.');
  const field = members.reduce((at, member) => objectAt(objectAt(at, 'properties'), member), schema);
  return ['string', 'boolean', 'integer'].includes(stringAt(field, 'type') ?? '');
};

const isSimplePath = (path: string): boolean => /^(\.[A-Za-z_][A-Za-z0-9_-]*)+$/.test(path);
