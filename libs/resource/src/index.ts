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

export { decodeJson, decodeObject } from './json/decode-json.js';
export type { Decoded } from './json/decode-json.js';
export { MAX_JSON_DEPTH, scanJson } from './json/scan-json.js';
export type { JsonScan } from './json/scan-json.js';

export { encodeObject } from '@holdfast/contracts';
export type {
  DecidedEvent,
  Decision,
  DecisionContext,
  OperationResult,
  Refused,
  ResourceState,
  StoredObject,
  TransactionDecision,
  WriteOutcome,
} from './decide/decision.js';
export type {
  Admission,
  Preparation,
  PreparedCreate,
  PreparedDelete,
  PreparedPatch,
  PreparedRollback,
  PreparedUpdate,
  PreparedWrite,
  TransactionPreparation,
} from './decide/prepared-write.js';
export type { JsonPatchOperation, Patch } from './patch/patch.js';
