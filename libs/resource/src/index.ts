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
  duplicateValue,
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
export { isCrdKey } from './crd/crd-object.js';
export { kindFromCrd } from './crd/kind-from-crd.js';
export { decide } from './decide/decide.js';
export type {
  DecidedEvent,
  Decision,
  DecisionContext,
  OperationResult,
  ResourceState,
  StoredObject,
  TransactionDecision,
} from './decide/decision.js';
export type { KindRules, ObjectChange, RulesByKind } from './decide/kind-rules.js';
export { prepare } from './decide/prepare.js';
export { prepareTransaction } from './decide/prepare-transaction.js';
export type { Preparation, PreparedWrite, TransactionPreparation } from './decide/prepared-write.js';
export { decideTransaction } from './decide/transaction.js';

export { compileJsonPath, JsonPathError } from './json-path/json-path.js';
export type { JsonPath } from './json-path/json-path.js';
export { dns1123Label } from './names/grammar.js';
export { openApiRef, openApiSchemaName, openApiV3Document } from './openapi/document.js';
export type { SubresourceDocument, SubresourceDocumentsOf } from './openapi/subresource-document.js';
export { ageOf, humanDuration } from './printing/age.js';
export { SCALE, scaleOf } from './scale/scale.js';
export { tablePrinter } from './printing/table.js';
export type { TableColumn, TablePrinter } from './printing/table.js';
