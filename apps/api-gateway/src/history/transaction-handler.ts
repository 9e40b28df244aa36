/** `POST /apis/holdfast.dev/v1/transactions`: many writes that are accepted together or not at all. */
import type { CommandSender } from '@holdfast/command-client';
import type { TransactionOperation } from '@holdfast/contracts';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import type { KindDefinition } from '@holdfast/resource';
import { authorizeResource } from '../auth/authorize.js';
import { sendCommand } from '../commands/send-command.js';
import { addWarnings, sendBytes } from '../http/answer.js';
import { decodeBody } from '../http/decode-body.js';
import type { RequestContext, TransactionHandler } from '../http/resolved-request.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import { apiVersionOf } from '../lists/list-encoding.js';
import type { ReadPointSources } from '../lists/read-point.js';
import { writeOptions } from '../verbs/write-object.js';
import { readOperations } from './transaction-operations.js';
import type { AimedKind, KindLookup } from './transaction-operations.js';

export interface TransactionHandlerOptions {
  readonly commands: CommandSender;
  readonly kinds: Pick<KindRegistry, 'all' | 'reaches' | 'generation'>;
  readonly confirmedEnd: ReadPointSources['confirmedEnd'];
}

export const transactionHandler = (options: TransactionHandlerOptions): TransactionHandler => {
  const reader = new TransactionReader(options);
  return async (request, reply) => {
    const body = decodeBody(request, request.query.fieldValidation);
    const transaction = JSON.parse(body.bytes.toString('utf8')) as JsonValue;
    const operations = await reader.read(transaction, request);
    authorize(operations, request);
    const { reply: answer, body: objects } = await sendCommand(
      options.commands,
      request,
      { verb: 'transact', options: writeOptions(request.query) },
      Buffer.from(JSON.stringify(operations)),
    );
    addWarnings(reply, body.warnings);
    addWarnings(reply, answer.warnings);
    sendBytes(reply, 200, resultOf(operations, objects));
  };
};

/** Whoever may not do each of them may not do all of them. */
const authorize = (operations: readonly TransactionOperation[], { user }: RequestContext): void => {
  for (const { verb, target } of operations) {
    const { group, resource, namespace, name } = target;
    authorizeResource(user, verb === 'rollback' ? 'update' : verb, {
      group,
      resource,
      namespace,
      name,
      subresource: '',
    });
  }
};

/** The objects as they are now; where one was deleted, the Status that its own DELETE would have got. */
const resultOf = (operations: readonly TransactionOperation[], objects: Buffer): Buffer => {
  const results = operations.some(({ verb }) => verb === 'delete')
    ? Buffer.from(JSON.stringify(withDeletions(operations, JSON.parse(objects.toString('utf8')) as JsonValue[])))
    : objects;
  return Buffer.concat([
    Buffer.from('{"apiVersion":"holdfast.dev/v1","kind":"TransactionResult","results":'),
    results,
    Buffer.from('}'),
  ]);
};

const withDeletions = (operations: readonly TransactionOperation[], objects: readonly JsonValue[]): JsonValue[] =>
  objects.map((object, i) => {
    const target = operations[i]?.target;
    return object === null && target !== undefined ? deletionOf(target) : object;
  });

const deletionOf = ({ group, resource, name }: TransactionOperation['target']): JsonObject => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { name, ...(group === '' ? {} : { group }), kind: resource },
});

const CATCH_UP_LIMIT_MS = 2_000;

/** Reads transactions by the kinds that are known; one that is not may have been made a moment ago elsewhere. */
class TransactionReader {
  private generation = -1;
  private kinds: ReadonlyMap<string, AimedKind> = new Map();

  constructor(private readonly options: TransactionHandlerOptions) {}

  async read(transaction: JsonValue, context: RequestContext): Promise<readonly TransactionOperation[]> {
    const before = this.options.kinds.generation;
    try {
      return readOperations(transaction, this.lookup());
    } catch (error) {
      const end = await this.options.confirmedEnd(context);
      await this.options.kinds.reaches(end, CATCH_UP_LIMIT_MS);
      if (this.options.kinds.generation === before) throw error;
      return readOperations(transaction, this.lookup());
    }
  }

  private lookup(): KindLookup {
    const { generation } = this.options.kinds;
    if (this.generation !== generation) {
      this.generation = generation;
      this.kinds = new Map(this.options.kinds.all().flatMap(namesOf));
    }
    return (apiVersion, kind) => this.kinds.get(`${apiVersion} ${kind}`);
  }
}

/** The kind by each apiVersion that it is served in, as manifests name it. */
const namesOf = ({ group, plural, kind, scope, versions }: KindDefinition): [string, AimedKind][] =>
  versions
    .filter(({ served }) => served)
    .map(({ name: version }) => [
      `${apiVersionOf({ group }, version)} ${kind}`,
      { group, version, plural, namespaced: scope === 'Namespaced' },
    ]);
