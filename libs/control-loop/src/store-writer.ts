/** Writes of reconcilers, as commands to the store: with their cause, and into the cache as soon as they are answered. */
import type { CommandSender } from '@holdfast/command-client';
import type { Command, ObjectKey, PropagationPolicy, Request, Target, TransactionOperation } from '@holdfast/contracts';
import { isJsonObject, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { uidOf } from '@holdfast/reconcile';
import type { Cause, ObjectState, RunIdentity, RunWriter, WriteResult } from '@holdfast/reconcile';

import type { ReachPoint } from './fault.js';
import { createOperation, deleteOperation, finalizeOperation, patchOperation, statusOperation } from './operations.js';
import { commandOfRun, correlationOf } from './run-command.js';
import type { Asker } from './run-command.js';
import { parseObject } from './world.js';
import type { World } from './world.js';

export interface StoreWriterOptions {
  readonly client: CommandSender;
  readonly world: World;
  /** Its controller becomes actor and field manager, its id the requestID, its fence that of every write. */
  readonly run: RunIdentity;
  /** For whom it is carried out, when somebody asked for it. */
  readonly asker?: Asker;
  /** Aborted when the run is over: late writes are refused here. */
  readonly signal: AbortSignal;
  readonly reach: ReachPoint;
}

/** Of each operation the object as it is then; undefined where it was removed. */
export type TransactionResult =
  | { readonly ok: true; readonly states: readonly (ObjectState | undefined)[] }
  | { readonly ok: false; readonly refusal: Refusal };

export class StoreWriter implements RunWriter {
  readonly versions: number[] = [];
  private readonly correlationID: string;
  private readonly underway = new Set<Promise<unknown>>();

  constructor(private readonly options: StoreWriterOptions) {
    this.correlationID = options.asker?.correlationID ?? correlationOf(options.run);
  }

  async settled(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
  }

  create(key: ObjectKey, version: string, object: JsonObject): Promise<WriteResult> {
    return this.send(key, createOperation(key, version, object));
  }

  patch(key: ObjectKey, version: string, patch: JsonObject): Promise<WriteResult> {
    return this.send(key, patchOperation(key, version, patch));
  }

  updateStatus(state: ObjectState, version: string, status: JsonObject): Promise<WriteResult> {
    return this.send(state.key, statusOperation(state, version, status));
  }

  delete(
    key: ObjectKey,
    version: string,
    uid: string,
    propagationPolicy: PropagationPolicy = 'Background',
  ): Promise<WriteResult> {
    return this.send(key, deleteOperation(key, version, { uid }, propagationPolicy));
  }

  finalize(state: ObjectState): Promise<WriteResult> {
    return this.send(state.key, finalizeOperation(state));
  }

  /** Deletes the object if it is still exactly as it was seen. */
  deleteUnchanged(state: ObjectState, version: string): Promise<WriteResult> {
    const seen = { uid: uidOf(state), resourceVersion: String(state.version) };
    return this.send(state.key, deleteOperation(state.key, version, seen, 'Background'));
  }

  /** All of it or nothing. */
  transact(operations: readonly TransactionOperation[]): Promise<TransactionResult> {
    return this.tracked(this.writeAll(operations));
  }

  private send(key: ObjectKey, { body, ...request }: TransactionOperation): Promise<WriteResult> {
    return this.tracked(this.write(key, request, body));
  }

  private tracked<T>(write: Promise<T>): Promise<T> {
    this.underway.add(write);
    const forget = (): void => void this.underway.delete(write);
    write.then(forget, forget);
    return write;
  }

  private async writeAll(operations: readonly TransactionOperation[]): Promise<TransactionResult> {
    if (this.options.signal.aborted) return { ok: false, refusal: RUN_IS_OVER };
    const bytes = Buffer.from(JSON.stringify(operations));
    const { reply, body } = await this.options.client.send(this.commandOf({ verb: 'transact' }), bytes);
    if (reply.status === 'refused') return { ok: false, refusal: reply.refusal };
    const objects = JSON.parse(body.toString('utf8')) as readonly unknown[];
    const states = objects.map((object, i) => stateOf(object, operations[i]?.target));
    const repeated = operations.find((operation, i) => isMadeBefore(operation, states[i]));
    if (repeated !== undefined) return { ok: false, refusal: madeBefore(repeated) };
    if (reply.outcome !== 'unchanged') this.options.reach('after-write');
    // What was removed tells nothing of its version: the log does.
    for (const state of states) if (state !== undefined) this.take(state, 'stored', reply.outcome !== 'unchanged');
    return { ok: true, states };
  }

  private commandOf(request: Request): Command {
    return commandOfRun(this.options.run, request, this.options.asker);
  }

  private take(state: ObjectState, outcome: 'stored' | 'deleted', isChanged: boolean): void {
    const cause: Cause = { version: state.version, correlationID: this.correlationID };
    if (isChanged) this.versions.push(state.version);
    this.options.world.wrote(state, outcome, cause);
  }

  private async write(key: ObjectKey, request: Request, body: unknown): Promise<WriteResult> {
    if (this.options.signal.aborted) return { ok: false, refusal: RUN_IS_OVER };
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const answer = await this.options.client.send(this.commandOf(request), bytes);
    if (answer.reply.status === 'refused') return { ok: false, refusal: answer.reply.refusal };
    if (answer.reply.outcome !== 'unchanged') this.options.reach('after-write');
    const state: ObjectState = { key, version: answer.reply.version, object: parseObject(answer.body, key) };
    const { outcome } = answer.reply;
    this.take(state, outcome === 'deleted' ? 'deleted' : 'stored', outcome !== 'unchanged');
    return { ok: true, state };
  }
}

const RUN_IS_OVER: Refusal = { reason: 'Timeout', message: 'the run that wrote this is over' };

/** A repeat under an Idempotency-Key is answered with what the first one made: no news, and it may have gone since. */
const isMadeBefore = (operation: TransactionOperation, state: ObjectState | undefined): boolean =>
  operation.verb === 'create' && operation.uid !== undefined && (state === undefined || uidOf(state) !== operation.uid);

const madeBefore = ({ target: { group, resource } }: TransactionOperation): Refusal => ({
  reason: 'AlreadyExists',
  message: `the first request with this Idempotency-Key has made its ${resource}`,
  details: { group, kind: resource },
});

const stateOf = (object: unknown, target: Target | undefined): ObjectState | undefined => {
  if (!isJsonObject(object) || target === undefined) return undefined;
  const metadata = objectAt(object, 'metadata');
  const { group, resource } = target;
  const namespace = stringAt(metadata, 'namespace') ?? '';
  const key = { group, resource, namespace, name: stringAt(metadata, 'name') ?? '' };
  return { key, version: Number(stringAt(metadata, 'resourceVersion')), object };
};
