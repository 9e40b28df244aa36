/** The Table form of objects, meta.k8s.io/v1: what `kubectl get` shows. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

import { compileJsonPath } from '../json-path/json-path.js';
import { kindVersion } from '../kind.js';
import type { KindDefinition, PrinterColumn } from '../kind.js';
import { ageOf } from './age.js';
import { builtInPrinters } from './built-in-printers.js';

/** One of a Table's `columnDefinitions`. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** The columns of a kind, and the cells of one object in them. */
export interface TablePrinter {
  readonly columns: readonly TableColumn[];
  readonly cells: (object: JsonObject, now: Date) => readonly JsonValue[];
}

const AGE: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'When the object was created, relative to now.',
  jsonPath: '.metadata.creationTimestamp',
};

const printers = new WeakMap<KindDefinition, Map<string, TablePrinter>>();

/** Compiled once for each version of a kind. A path that cannot be understood prints nothing. */
export const tablePrinter = (kind: KindDefinition, version: string): TablePrinter => {
  const known = printers.get(kind) ?? new Map<string, TablePrinter>();
  printers.set(kind, known);
  const found = known.get(version) ?? makePrinter(kind, version);
  known.set(version, found);
  return found;
};

const makePrinter = (kind: KindDefinition, version: string): TablePrinter => {
  const builtIn = kind.builtIn ? builtInPrinters[kind.kind] : undefined;
  return builtIn ?? customPrinter(kindVersion(kind, version)?.printerColumns ?? []);
};

const NAME: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Unique within its namespace, and not to be changed.',
  priority: 0,
};

const customPrinter = (columns: readonly PrinterColumn[]): TablePrinter => {
  const shown = columns.length === 0 ? [AGE] : columns;
  const cells = shown.map(cellPrinter);
  return {
    columns: [NAME, ...shown.map(definitionOf)],
    cells: (object, now) => [
      stringAt(objectAt(object, 'metadata'), 'name') ?? '',
      ...cells.map((print) => print(object, now)),
    ],
  };
};

const definitionOf = ({ name, type, format, description, jsonPath, priority }: PrinterColumn): TableColumn => ({
  name,
  type,
  format: format ?? '',
  description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
  priority: priority ?? 0,
});

type CellPrinter = (object: JsonObject, now: Date) => JsonValue;

const cellPrinter = ({ jsonPath, type }: PrinterColumn): CellPrinter => {
  try {
    const find = compileJsonPath(jsonPath);
    return (object, now) => cellOf(type, find(object)[0], now);
  } catch {
    return () => null;
  }
};

/** A value of another type than the column's prints nothing, as upstream. */
const cellOf = (type: PrinterColumn['type'], value: JsonValue | undefined, now: Date): JsonValue => {
  if (value === undefined || value === null) return null;
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : JSON.stringify(value);
    case 'date':
      return typeof value === 'string' ? ageOf(value, now) : null;
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
  }
};
