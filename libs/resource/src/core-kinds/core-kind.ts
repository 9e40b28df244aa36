import type { JsonObject } from '@holdfast/kernel';
import type { KindDefinition, KindScope, PrinterColumn } from '../kind.js';

/** A built-in kind of one version, with what follows from its name filled in. */
export const coreKind = ({
  group,
  kind,
  plural,
  shortNames = [],
  categories = [],
  scope,
  schema,
  status = false,
  printerColumns = [],
  selectableFields = [],
}: {
  group: string;
  kind: string;
  plural: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  scope: KindScope;
  schema: JsonObject;
  status?: boolean;
  printerColumns?: readonly PrinterColumn[];
  selectableFields?: readonly string[];
}): KindDefinition => ({
  group,
  plural,
  singular: kind.toLowerCase(),
  kind,
  listKind: `${kind}List`,
  shortNames,
  categories,
  scope,
  versions: [{ name: 'v1', served: true, storage: true, schema, status, printerColumns, selectableFields }],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  builtIn: true,
  revision: 0,
});
