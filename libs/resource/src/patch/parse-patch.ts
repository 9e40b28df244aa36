/** Turns the body of a PATCH into a Patch, or says what is wrong with its form. */
import type { PatchType } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue, Refusal } from '@holdfast/kernel';
import { parsePointer } from './json-pointer.js';
import type { JsonPatchOperation, Patch } from './patch.js';

export const MAX_PATCH_OPERATIONS = 10_000;
const MAX_POINTER_DEPTH = 256;
const FORBIDDEN_KEY = '__proto__';

export type ParsedPatch =
  { readonly ok: true; readonly patch: Patch } | { readonly ok: false; readonly refusal: Refusal };

export const parsePatch = (type: PatchType, body: JsonValue): ParsedPatch => {
  if (type === 'json') return parseJsonPatch(body);
  if (!isJsonObject(body)) return malformed(`a ${type} patch must be a JSON object`);
  return { ok: true, patch: { type, changes: body } };
};

const parseJsonPatch = (body: JsonValue): ParsedPatch => {
  if (!Array.isArray(body)) return malformed('a JSON patch must be an array of operations');
  const items = body as readonly JsonValue[];
  if (items.length > MAX_PATCH_OPERATIONS) {
    const message = `The allowed maximum operations in a JSON patch is ${MAX_PATCH_OPERATIONS}, got ${items.length}`;
    return { ok: false, refusal: { reason: 'RequestEntityTooLarge', message } };
  }
  const operations: JsonPatchOperation[] = [];
  for (const [index, item] of items.entries()) {
    const operation = parseOperation(item);
    if (typeof operation === 'string') return malformed(`operation ${index} of the JSON patch: ${operation}`);
    operations.push(operation);
  }
  return { ok: true, patch: { type: 'json', operations } };
};

const parseOperation = (item: JsonValue): JsonPatchOperation | string => {
  if (!isJsonObject(item)) return 'must be an object';
  const path = parsePath(item, 'path');
  if (typeof path === 'string') return path;
  switch (item['op']) {
    case 'add':
    case 'replace':
    case 'test':
      if (item['value'] === undefined) return `${item['op']} needs a value`;
      return { op: item['op'], path, value: item['value'] };
    case 'remove':
      return { op: 'remove', path };
    case 'move':
    case 'copy': {
      const from = parsePath(item, 'from');
      return typeof from === 'string' ? from : { op: item['op'], from, path };
    }
    default:
      return `unexpected kind: ${JSON.stringify(item['op'] ?? 'unknown')}`;
  }
};

const parsePath = (operation: JsonObject, member: 'path' | 'from'): readonly string[] | string => {
  const text = operation[member];
  if (typeof text !== 'string') return `${member} must be a string`;
  const tokens = parsePointer(text);
  if (tokens === undefined) return `${member} ${JSON.stringify(text)} is not a JSON pointer`;
  if (tokens.length > MAX_POINTER_DEPTH) return `${member} is deeper than ${MAX_POINTER_DEPTH} levels`;
  if (tokens.includes(FORBIDDEN_KEY)) return `${member} must not name ${FORBIDDEN_KEY}`;
  return tokens;
};

const malformed = (message: string): ParsedPatch => ({ ok: false, refusal: { reason: 'BadRequest', message } });
