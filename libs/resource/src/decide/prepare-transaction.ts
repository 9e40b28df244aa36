/** A transaction's body, read into the writes it is made of. */
import { MAX_EVENTS_PER_COMMIT } from '@holdfast/contracts';
import type { TransactionOperation, WriteOptions } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonValue, Refusal } from '@holdfast/kernel';
import { decodeJson } from '../json/decode-json.js';
import type { KindDefinition } from '../kind.js';
import { ofOperation } from './operation-refusal.js';
import { prepareDecoded } from './prepare.js';
import type { PreparedWrite, TransactionPreparation } from './prepared-write.js';
import { badRequest, tooLarge } from './refusals.js';

export const MAX_TRANSACTION_OPERATIONS = MAX_EVENTS_PER_COMMIT;

/**
 * Prepares every operation of a transaction. `kindOf` tells of the kinds known now; those that an earlier operation
 * creates are found when the transaction is decided.
 */
export const prepareTransaction = (
  body: Uint8Array,
  options: WriteOptions,
  kindOf: (group: string, resource: string) => KindDefinition | undefined,
): TransactionPreparation => {
  const decoded = decodeJson(body, 'Strict');
  if (!decoded.ok) return decoded;
  if (!Array.isArray(decoded.value)) return refused(badRequest('operations must be an array'));
  const items = decoded.value as readonly JsonValue[];
  if (items.length === 0) return refused(badRequest('a transaction needs at least one operation'));
  if (items.length > MAX_TRANSACTION_OPERATIONS) {
    return refused(tooLarge(`a transaction has at most ${MAX_TRANSACTION_OPERATIONS} operations, not ${items.length}`));
  }
  const operations: PreparedWrite[] = [];
  for (const [index, item] of (items as readonly unknown[]).entries()) {
    if (!isOperation(item)) return refused(badRequest(`operations[${index}]: must be a write with a target`));
    const { group, resource } = item.target;
    const write = { ...item, options: { ...options, ...item.options } };
    const preparation = prepareDecoded(write, (item.body ?? null) as JsonValue, kindOf(group, resource));
    if (!preparation.ok) return refused(ofOperation(preparation.refusal, index));
    operations.push(preparation.write);
  }
  return { ok: true, operations };
};

const verbs = ['create', 'update', 'patch', 'delete', 'rollback'];
const patchTypes = ['json', 'merge', 'strategic'];

/** Bodies come from our own services: their form is checked as far as a mistake would not be noticed later. */
const isOperation = (item: unknown): item is TransactionOperation => {
  if (!isJsonObject(item) || !isJsonObject(item['target']) || !isOneOf(verbs, item['verb'])) return false;
  const { group, version, resource, namespace, name } = item['target'];
  if (item['verb'] === 'patch' && !isOneOf(patchTypes, item['patchType'])) return false;
  return [group, version, resource, namespace, name].every((part) => typeof part === 'string');
};

const isOneOf = (texts: readonly string[], value: unknown): boolean => texts.some((text) => text === value);

const refused = (refusal: Refusal): TransactionPreparation => ({ ok: false, refusal });
