/** Writes of reconcilers, as commands to the store: with their cause, and into the cache as soon as they are answered. */
import type { CommandSender } from '@holdfast/command-client';
import type { ObjectKey, PropagationPolicy, Request, Target } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { uidOf } from '@holdfast/reconcile';
import type { Cause, ObjectState, RunIdentity, RunWriter, WriteResult } from '@holdfast/reconcile';

import type { ReachPoint } from './fault.js';
import { commandOfRun, correlationOf } from './run-command.js';
import { parseObject } from './world.js';
import type { World } from './world.js';

export interface StoreWriterOptions {
  readonly client: CommandSender;
  readonly world: World;
  /** Its controller becomes actor and field manager, its id the requestID, its fence that of every write. */
  readonly run: RunIdentity;
  /** Aborted when the run is over: late writes are refused here. */
  readonly signal: AbortSignal;
  readonly reach: ReachPoint;
}

export class StoreWriter implements RunWriter {
  readonly versions: number[] = [];
  private readonly correlationID: string;
  private readonly underway = new Set<Promise<WriteResult>>();

  constructor(private readonly options: StoreWriterOptions) {
    this.correlationID = correlationOf(options.run);
  }

  async settled(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
  }

  create(key: ObjectKey, version: string, object: JsonObject): Promise<WriteResult> {
    return this.send(key, { verb: 'create', target: targetOf({ ...key, name: '' }, version) }, object);
  }

  patch(key: ObjectKey, version: string, patch: JsonObject): Promise<WriteResult> {
    return this.send(key, { verb: 'patch', patchType: 'merge', target: targetOf(key, version) }, patch);
  }

  updateStatus(state: ObjectState, version: string, status: JsonObject): Promise<WriteResult> {
    const target: Target = { ...targetOf(state.key, version), subresource: 'status' };
    return this.send(state.key, { verb: 'update', target }, withVersion(state, { status }));
  }

  delete(
    key: ObjectKey,
    version: string,
    uid: string,
    propagationPolicy: PropagationPolicy = 'Background',
  ): Promise<WriteResult> {
    const target = targetOf(key, version);
    return this.send(key, { verb: 'delete', target, preconditions: { uid }, propagationPolicy });
  }

  finalize(state: ObjectState): Promise<WriteResult> {
    const target: Target = { ...targetOf(state.key, 'v1'), subresource: 'finalize' };
    return this.send(state.key, { verb: 'update', target }, withVersion(state, { spec: { finalizers: [] } }));
  }

  private send(key: ObjectKey, request: Request, body?: JsonObject): Promise<WriteResult> {
    const write = this.write(key, request, body);
    this.underway.add(write);
    const forget = (): void => void this.underway.delete(write);
    write.then(forget, forget);
    return write;
  }

  private async write(key: ObjectKey, request: Request, body?: JsonObject): Promise<WriteResult> {
    if (this.options.signal.aborted) {
      return { ok: false, refusal: { reason: 'Timeout', message: 'the run that wrote this is over' } };
    }
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    const answer = await this.options.client.send(commandOfRun(this.options.run, request), bytes);
    if (answer.reply.status === 'refused') return { ok: false, refusal: answer.reply.refusal };
    if (answer.reply.outcome !== 'unchanged') this.options.reach('after-write');
    const state: ObjectState = { key, version: answer.reply.version, object: parseObject(answer.body, key) };
    const cause: Cause = { version: state.version, correlationID: this.correlationID };
    if (answer.reply.outcome !== 'unchanged') this.versions.push(state.version);
    this.options.world.wrote(state, answer.reply.outcome === 'deleted' ? 'deleted' : 'stored', cause);
    return { ok: true, state };
  }
}

const targetOf = ({ group, resource, namespace, name }: ObjectKey, version: string): Target => ({
  group,
  version,
  resource,
  namespace,
  name,
});

/** The object with these members in place of its own, and with what the store needs to refuse it when it is old. */
const withVersion = (state: ObjectState, members: JsonObject): JsonObject => ({
  apiVersion: state.object['apiVersion'],
  kind: state.object['kind'],
  metadata: {
    name: state.key.name,
    ...(state.key.namespace === '' ? {} : { namespace: state.key.namespace }),
    uid: uidOf(state),
    resourceVersion: String(state.version),
  },
  ...members,
});
