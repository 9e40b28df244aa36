export { assertNever } from './assert-never.js';
export { isJsonObject, jsonEquals, objectAt, stringAt } from './json.js';
export type { JsonObject, JsonValue } from './json.js';
export { qualifiedResource, RefusalError } from './refusal.js';
export type { Cause, CauseReason, Refusal, RefusalDetails, RefusalReason } from './refusal.js';
