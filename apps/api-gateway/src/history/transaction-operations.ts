/** The operations of a transaction, from the form that clients send to the writes that the store decides. */
import { MAX_EVENTS_PER_COMMIT } from '@holdfast/contracts';
import type { PatchType, Preconditions, Target, TransactionOperation } from '@holdfast/contracts';
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { causeText, forbidden, invalidType, invalidValue, requiredValue, unsupportedValue } from '@holdfast/resource';
import { refuse } from '../http/status-error.js';

/** What an operation must know of a kind to aim at one of its objects. */
export interface AimedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The kind that a client names by apiVersion and kind, if it is served. */
export type KindLookup = (apiVersion: string, kind: string) => AimedKind | undefined;

const OPS = ['create', 'update', 'patch', 'delete'] as const;
const PATCH_TYPES: readonly PatchType[] = ['json', 'merge', 'strategic'];

/** Reads `{"operations":[…]}`; throws a refusal whose causes name each operation and field at fault. */
export const readOperations = (body: JsonValue, lookup: KindLookup): readonly TransactionOperation[] => {
  const operations = isJsonObject(body) ? body['operations'] : undefined;
  if (!isArray(operations) || operations.length === 0) {
    throw invalidTransaction([requiredValue('operations', 'a list of at least one operation')]);
  }
  if (operations.length > MAX_EVENTS_PER_COMMIT) {
    throw refuse(
      'RequestEntityTooLarge',
      `a transaction has at most ${MAX_EVENTS_PER_COMMIT} operations, this one has ${operations.length}`,
    );
  }
  const reader = new OperationReader(lookup);
  const read = operations.map((operation, i) => reader.read(operation, `operations[${i}]`));
  if (reader.causes.length > 0) throw invalidTransaction(reader.causes);
  return read.filter((operation) => operation !== undefined);
};

const invalidTransaction = (causes: readonly Cause[]): RefusalError => {
  const texts = causes.map(causeText);
  const why = texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
  return refuse('Invalid', `Transaction.holdfast.dev "" is invalid: ${why}`, {
    group: 'holdfast.dev',
    kind: 'Transaction',
    causes,
  });
};

class OperationReader {
  readonly causes: Cause[] = [];
  /** Kinds whose definitions earlier operations create. */
  private readonly made = new Map<string, AimedKind>();

  constructor(private readonly lookup: KindLookup) {}

  read(operation: JsonValue, at: string): TransactionOperation | undefined {
    if (!isJsonObject(operation)) return this.wrong(invalidType(at, operation, 'must be an object'));
    const op = OPS.find((known) => known === operation['op']);
    switch (op) {
      case 'create':
      case 'update':
        return this.readWrite(op, operation, at);
      case 'patch':
        return this.readPatch(operation, at);
      case 'delete':
        return this.readDelete(operation, at);
      case undefined:
        return operation['op'] === undefined
          ? this.wrong(requiredValue(`${at}.op`))
          : this.wrong(unsupportedValue(`${at}.op`, operation['op'], OPS));
    }
  }

  private readWrite(verb: 'create' | 'update', operation: JsonObject, at: string): TransactionOperation | undefined {
    const object = this.objectIn(operation, 'object', at);
    if (object === undefined) return undefined;
    const metadata = objectAt(object, 'metadata');
    const target = this.aim(object, metadata, `${at}.object`, `${at}.object.metadata`, verb === 'update');
    if (target === undefined) return undefined;
    this.noteKind(object);
    if (verb === 'create') return { verb, target, body: object };
    return { verb, target, body: object, ...this.preconditionsIn(operation, at) };
  }

  private readPatch(operation: JsonObject, at: string): TransactionOperation | undefined {
    const { patchType = 'merge', patch } = operation;
    const type = PATCH_TYPES.find((known) => known === patchType);
    if (type === undefined) return this.wrong(unsupportedValue(`${at}.patchType`, patchType, PATCH_TYPES));
    if (patch === undefined) return this.wrong(requiredValue(`${at}.patch`));
    const target = this.targetIn(operation, at);
    if (target === undefined) return undefined;
    return { verb: 'patch', patchType: type, target, body: patch, ...this.preconditionsIn(operation, at) };
  }

  private readDelete(operation: JsonObject, at: string): TransactionOperation | undefined {
    const target = this.targetIn(operation, at);
    return target === undefined ? undefined : { verb: 'delete', target, ...this.preconditionsIn(operation, at) };
  }

  private targetIn(operation: JsonObject, at: string): Target | undefined {
    const target = this.objectIn(operation, 'target', at);
    return target === undefined ? undefined : this.aim(target, target, `${at}.target`, `${at}.target`, true);
  }

  /** Finds what `typed` (apiVersion, kind) and `named` (namespace, name) aim at. */
  private aim(
    typed: JsonObject,
    named: JsonObject,
    typedAt: string,
    namedAt: string,
    mustBeNamed: boolean,
  ): Target | undefined {
    const apiVersion = this.text(typed, 'apiVersion', typedAt, true);
    const kindName = this.text(typed, 'kind', typedAt, true);
    const namespace = this.text(named, 'namespace', namedAt, false);
    const name = this.text(named, 'name', namedAt, mustBeNamed);
    if (apiVersion === undefined || kindName === undefined || namespace === undefined || name === undefined) {
      return undefined;
    }
    const kind = this.lookup(apiVersion, kindName) ?? this.made.get(`${apiVersion} ${kindName}`);
    if (kind === undefined) {
      return this.wrong(invalidValue(`${typedAt}.kind`, kindName, `no kind of this name is served in ${apiVersion}`));
    }
    if (kind.namespaced && namespace === '') return this.wrong(requiredValue(`${namedAt}.namespace`));
    if (!kind.namespaced && namespace !== '') {
      return this.wrong(forbidden(`${namedAt}.namespace`, `${kind.plural} stand in no namespace`));
    }
    return { group: kind.group, version: kind.version, resource: kind.plural, namespace, name };
  }

  private preconditionsIn(operation: JsonObject, at: string): { readonly preconditions?: Preconditions } {
    if (operation['preconditions'] === undefined) return {};
    const given = this.objectIn(operation, 'preconditions', at);
    if (given === undefined) return {};
    const uid = this.text(given, 'uid', `${at}.preconditions`, false);
    const resourceVersion = this.text(given, 'resourceVersion', `${at}.preconditions`, false);
    return { preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) } };
  }

  private objectIn(operation: JsonObject, member: string, at: string): JsonObject | undefined {
    const value = operation[member];
    if (isJsonObject(value)) return value;
    return value === undefined
      ? this.wrong(requiredValue(`${at}.${member}`))
      : this.wrong(invalidType(`${at}.${member}`, value, 'must be an object'));
  }

  /** '' for a member that is missing and may be; undefined when it was found wrong. */
  private text(object: JsonObject, member: string, at: string, required: boolean): string | undefined {
    const value = object[member] ?? '';
    if (typeof value !== 'string') return this.wrong(invalidType(`${at}.${member}`, value, 'must be a string'));
    return required && value === '' ? this.wrong(requiredValue(`${at}.${member}`)) : value;
  }

  /** Later operations may make objects of a kind that this one defines. */
  private noteKind(object: JsonObject): void {
    if (object['kind'] !== 'CustomResourceDefinition') return;
    const spec = objectAt(object, 'spec');
    const names = objectAt(spec, 'names');
    const [group, plural, kind] = [stringAt(spec, 'group'), stringAt(names, 'plural'), stringAt(names, 'kind')];
    const versions = spec['versions'];
    if (group === undefined || plural === undefined || kind === undefined || !isArray(versions)) return;
    for (const version of versions) {
      const name = isJsonObject(version) ? stringAt(version, 'name') : undefined;
      if (name === undefined) continue;
      const namespaced = spec['scope'] !== 'Cluster';
      this.made.set(`${group}/${name} ${kind}`, { group, version: name, plural, namespaced });
    }
  }

  private wrong(cause: Cause): undefined {
    this.causes.push(cause);
    return undefined;
  }
}

const isArray = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);
