export { kindVersion } from './kind.js';
export type {
  KindDefinition,
  KindScope,
  KindVersion,
  PrinterColumn,
  PrinterColumnType,
  ResourceVerb,
  ScaleSubresource,
} from './kind.js';
