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
export {
  annotationKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  pathSegment,
  qualifiedName,
} from './names/grammar.js';
export type { NameRule } from './names/grammar.js';
export { checkMetadata, checkName, MAX_ANNOTATION_BYTES, nameCauses } from './names/metadata.js';
export {
  causeText,
  duplicateValue,
  forbidden,
  invalidType,
  invalidValue,
  requiredValue,
  tooLong,
  tooMany,
  unsupportedValue,
} from './refusal/causes.js';
export { invalid } from './refusal/invalid.js';
export { admit } from './schema/admit.js';
export type { AdmissionRequest, AdmissionResult } from './schema/admit.js';
export { objectMetaSchema } from './schema/object-meta.js';
export { checkStructural, MAX_SCHEMA_NODES } from './schema/structural.js';
export { fieldLabel, fieldLabelSupported, parseFieldSelector, refuseFieldLabels } from './selectors/field-selector.js';
export { parseLabelSelector } from './selectors/label-selector.js';
export { matchesSelector } from './selectors/selector.js';
export type { ParsedSelector, Selector, SelectorOperator, SelectorRequirement } from './selectors/selector.js';

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
