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

export { decodeJson } from './json/decode-json.js';
export { scanJson } from './json/scan-json.js';
export {
  causeText,
  forbidden,
  invalidType,
  invalidValue,
  requiredValue,
  tooLong,
  unsupportedValue,
} from './refusal/causes.js';
export { invalid } from './refusal/invalid.js';
export { admit } from './schema/admit.js';
export type { AdmissionRequest, AdmissionResult } from './schema/admit.js';
export { parseFieldSelector, refuseFieldLabels } from './selectors/field-selector.js';
export { parseLabelSelector } from './selectors/label-selector.js';
export { matchesSelector } from './selectors/selector.js';
export type { ParsedSelector, Selector, SelectorRequirement } from './selectors/selector.js';

export { encodeObject } from '@holdfast/contracts';
export { coreKinds } from './core-kinds/core-kinds.js';
export { createDefaultNamespace } from './core-kinds/default-namespace.js';
export { isCrdKey } from './crd/crd-object.js';
export { kindFromCrd } from './crd/kind-from-crd.js';
export { decide } from './decide/decide.js';
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
export { MAX_OBJECT_BYTES } from './decide/outcome.js';
export { applyAside } from './decide/patch.js';
export { prepare } from './decide/prepare.js';
export { MAX_TRANSACTION_OPERATIONS, prepareTransaction } from './decide/prepare-transaction.js';
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
export { selectorValues } from './selectors/selector-values.js';
export { decideTransaction, MAX_TRANSACTION_BYTES } from './decide/transaction.js';
export type { JsonPatchOperation, Patch } from './patch/patch.js';

export { compileJsonPath, JsonPathError } from './json-path/json-path.js';
export type { JsonPath } from './json-path/json-path.js';
export { openApiV3Document } from './openapi/document.js';
export { ageOf, humanDuration } from './printing/age.js';
export { tablePrinter } from './printing/table.js';
export type { TableColumn, TablePrinter } from './printing/table.js';
