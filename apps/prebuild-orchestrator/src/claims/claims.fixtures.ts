/**
 * Claims on a store in memory that decides as the transactor does, and whose log is followed a moment later. What is said
 * to the store can be held up, refused, or made to meet another writer.
 */
import { setImmediate as turn } from 'node:timers/promises';

import type { Answer, CommandSender } from '@holdfast/command-client';
import type { ClaimAnswer, ClaimCall, Command, ObjectKey, TransactionOperation } from '@holdfast/contracts';
import { keyText } from '@holdfast/contracts';
import { EventRecorder, StoreWriter, World } from '@holdfast/control-loop';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { PREBUILD_KINDS, prebuildRules, PRESETS, TEMPLATE_VERSIONS, TEMPLATES, WORKSPACES } from '@holdfast/prebuild';
import type { PrebuildKind, WorkspaceClaimSpec } from '@holdfast/prebuild';
import { apiVersionOf, keyOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';
import { coreKinds, decideTransaction, kindFromCrd, prepareTransaction } from '@holdfast/resource';
import type { DecidedEvent, KindDefinition, ResourceState, StoredObject } from '@holdfast/resource';
import { pino } from 'pino';
import { Registry } from 'prom-client';

import { runOf } from '../leader/leader.fixtures.js';
import { LogView } from '../leader/log-view.js';
import type { LeaderContext } from '../leader/orchestrator-part.js';
import { Claims } from './claims.js';

const GIVEN_VERSION = 1_024;

/** The state that decides, and what every write did to it, in order. */
class MemoryStore implements ResourceState, CommandSender {
  readonly events: { readonly event: DecidedEvent; readonly version: number; readonly command: Command }[] = [];
  version = GIVEN_VERSION;
  /** Called before each transaction is decided: another writer may come first. */
  beforeWrite = (_operations: readonly TransactionOperation[]): void => undefined;
  /** What becomes of the answer to each transaction. */
  answering = (answer: Answer): Answer => answer;
  private readonly objects = new Map<string, StoredObject>();
  private readonly known: readonly KindDefinition[] = [
    ...coreKinds,
    ...PREBUILD_KINDS.flatMap((definition) => kindFromCrd(accepted(definition), GIVEN_VERSION) ?? []),
  ];
  private readonly keys = new Map<string, { readonly body: string; readonly answer: Answer }>();
  private uids = 0;

  constructor(private readonly told: (event: DecidedEvent, version: number) => void) {
    const key = { group: '', resource: 'namespaces', namespace: '', name: 'default' };
    this.objects.set(keyText(key), { key, version: 1, object: { metadata: { name: 'default' } } });
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.objects.get(keyText(key));
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.known.find((kind) => kind.group === group && kind.plural === resource);
  }

  kinds(group: string): readonly KindDefinition[] {
    return this.known.filter((kind) => kind.group === group);
  }

  async send(command: Command, body: Buffer): Promise<Answer> {
    await turn();
    if (command.request.verb === 'look') return { reply: read(this.version), body: Buffer.alloc(0) };
    const operations = JSON.parse(body.toString('utf8')) as TransactionOperation[];
    this.beforeWrite(operations);
    return this.answering(this.once(operations, command));
  }

  /** The same key with the same body is answered as the first time. */
  private once(operations: readonly TransactionOperation[], command: Command): Answer {
    const { key, body = '' } = command.idempotency ?? {};
    const known = key === undefined ? undefined : this.keys.get(key);
    if (known !== undefined)
      return known.body === body ? known.answer : refused({ reason: 'Invalid', message: 'used before' });
    const answer = this.transact(operations, command);
    if (key !== undefined && answer.reply.status === 'ok') this.keys.set(key, { body, answer });
    return answer;
  }

  transact(operations: readonly TransactionOperation[], command: Command): Answer {
    const preparation = prepareTransaction(Buffer.from(JSON.stringify(operations)), {}, (group, resource) =>
      this.kind(group, resource),
    );
    if (!preparation.ok) return refused(preparation.refusal);
    const decision = decideTransaction(this, preparation.operations, {
      now: new Date(),
      ids: { uid: () => `uid-${++this.uids}`, suffix: () => 'bcdfg' },
      rules: prebuildRules,
    });
    if (decision.kind === 'refused') return refused(decision.refusal);
    this.version += GIVEN_VERSION;
    const versions = decision.events.map((event, i) => this.apply(event, this.version + i, command));
    const objects = decision.results.map((result) => {
      if (result.kind === 'removed') return null;
      if (result.kind === 'unchanged') return withVersion(result.current.object, result.current.version);
      return withVersion(decision.events[result.index]?.object ?? {}, versions[result.index] ?? 0);
    });
    const reply = { status: 'ok', version: this.version, outcome: 'changed' } as const;
    return { reply, body: Buffer.from(JSON.stringify(objects)) };
  }

  private apply(event: DecidedEvent, version: number, command: Command): number {
    const { key, record, object } = event;
    if (record.type === 'deleted') this.objects.delete(keyText(key));
    else this.objects.set(keyText(key), { key, version, object });
    this.events.push({ event, version, command });
    this.told(event, version);
    return version;
  }
}

const read = (version: number): Answer['reply'] => ({ status: 'ok', version, outcome: 'read' });
const refused = (refusal: Refusal): Answer => ({ reply: { status: 'refused', refusal }, body: Buffer.alloc(0) });

const withVersion = (object: JsonObject, version: number): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(version) },
});

/** As the store keeps a CustomResourceDefinition whose names it has accepted. */
const accepted = (definition: JsonObject): JsonObject => ({
  ...definition,
  status: {
    acceptedNames: objectAt(objectAt(definition, 'spec'), 'names'),
    conditions: [{ type: 'Established', status: 'True' }],
  },
});

const nobody: Command = {
  id: 'test',
  deadline: 0,
  actor: 'test',
  requestID: 'test',
  correlationID: 'test',
  request: { verb: 'transact' },
};

/** A preset `web` of template `node` at version `v1`, in namespace `default`; and claims on it. */
export class ClaimWorld {
  readonly store: MemoryStore;
  readonly metrics = new Registry();
  /** While it is set, nobody hears of what the store accepts. */
  isLogHeld = false;
  private world = new World();
  private view = new LogView(() => true);
  private claims: Claims;
  private leading = new AbortController();
  private calls: ((call: ClaimCall) => Promise<ClaimAnswer>) | undefined;
  private unheard: (() => void)[] = [];
  private spans = 0;

  constructor() {
    this.store = new MemoryStore((event, version) => {
      this.unheard.push(() => this.follow(event, version));
      void turn().then(() => this.hear());
    });
    this.claims = new Claims(this.metrics);
    this.given(TEMPLATES, 'node', {});
    this.given(TEMPLATE_VERSIONS, 'v1', {
      template: 'node',
      provisioner: { name: 'exec', exec: { create: 'true' } },
      parameters: [{ name: 'size', type: 'string', default: 'small', immutable: false }],
    });
    this.change(TEMPLATES, 'node', { spec: { activeVersion: 'v1' } });
    this.given(PRESETS, 'web', { template: 'node', parameters: {}, prebuilds: { instances: 2 } });
  }

  /** What the store has been told of is heard of. */
  hear(): void {
    if (this.isLogHeld) return;
    for (const tell of this.unheard.splice(0)) tell();
    this.view.reached(this.store.version);
  }

  given(kind: PrebuildKind<object, object>, name: string, spec: object): void {
    const { group, version, resource } = kind;
    const target = { group, version, resource, namespace: 'default', name: '' };
    const metadata = { name, namespace: 'default' };
    this.write({ verb: 'create', target, body: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec } });
  }

  change(kind: PrebuildKind<object, object>, name: string, body: object, subresource?: 'status'): void {
    const { group, version, resource } = kind;
    const target = { group, version, resource, namespace: 'default', name, ...(subresource && { subresource }) };
    this.write({ verb: 'patch', patchType: 'merge', target, body });
  }

  remove({ group, version, resource }: PrebuildKind<object, object>, name: string): void {
    this.write({ verb: 'delete', target: { group, version, resource, namespace: 'default', name } });
  }

  /** A workspace of the pool, on its way until it is told to be ready. */
  starting(name: string): void {
    this.given(WORKSPACES, name, {
      template: 'node',
      version: 'v1',
      preset: 'web',
      parameters: {},
      owner: 'prebuilds',
      transition: 'start',
    });
  }

  ready(...names: readonly string[]): void {
    for (const name of names) {
      if (this.find(WORKSPACES, name) === undefined) this.starting(name);
      const time = new Date().toISOString();
      const build = { number: 1, transition: 'start', status: 'succeeded', queuedAt: time, endedAt: time };
      const condition = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: time };
      this.change(WORKSPACES, name, { status: { build, conditions: [condition] } }, 'status');
    }
  }

  failed(name: string): void {
    const build = { number: 1, transition: 'start', status: 'failed', queuedAt: new Date().toISOString() };
    this.change(WORKSPACES, name, { status: { build } }, 'status');
  }

  find(kind: PrebuildKind<object, object>, name: string): StoredObject | undefined {
    return this.store.get(keyOf(kind, 'default', name));
  }

  /** This process leads from now on; what another leader has left is there. */
  lead(): void {
    this.leading = new AbortController();
    this.claims.start(this.leader());
  }

  async deposed(): Promise<void> {
    this.leading.abort(new Error('deposed'));
    this.calls = undefined;
    await this.claims.stop();
  }

  /** Another process: it has listed everything, and leads. */
  async takenOver(): Promise<void> {
    await this.deposed();
    this.claims = new Claims(new Registry());
    this.lead();
  }

  /** Calls as the gateway does, once. */
  claim(name: string, changes: Partial<ClaimCall> = {}): Promise<ClaimAnswer> {
    if (this.calls === undefined) throw new Error('nobody leads');
    return this.calls({
      namespace: 'default',
      name,
      preset: 'web',
      parameters: {},
      owner: 'ada',
      waitSeconds: 0,
      actor: 'ada',
      fieldManager: 'test',
      requestID: `request-${name}`,
      correlationID: `correlation-${name}`,
      traceparent: `span-${(this.spans += 1)}`,
      ...changes,
    });
  }

  /** What a claim that was made as an object asks for. */
  static wish(changes: Partial<WorkspaceClaimSpec> = {}): WorkspaceClaimSpec {
    return { preset: 'web', parameters: {}, owner: 'ada', waitSeconds: 0, ...changes };
  }

  private write(operation: TransactionOperation): void {
    const { reply } = this.store.transact([operation], nobody);
    if (reply.status === 'refused') throw new Error(reply.refusal.message);
    this.hear();
  }

  private follow({ key, record, object }: DecidedEvent, version: number): void {
    const event = {
      record,
      object: Buffer.from(JSON.stringify(object)),
      version,
      command: { id: '', events: 1, actor: '', requestID: '', correlationID: stringAt(object, 'kind') ?? key.name },
    };
    this.view.follow(event);
    this.world.follow(event);
  }

  private leader(): LeaderContext {
    const [client, logger, { signal }] = [this.store, pino({ level: 'silent' }), this.leading];
    const fence = { lock: 'coordination.k8s.io/leases/holdfast-system/prebuild-orchestrator', epoch: 1 };
    return {
      epoch: 1,
      fence,
      read: this.world.cache,
      view: this.view,
      nc: { subscribe: (_subject: string, options: Subscribing) => this.listen(options) } as LeaderContext['nc'],
      client,
      logger,
      events: new EventRecorder({ client, logger, instance: 'test', now: () => new Date() }),
      signal,
      onChange: (listener) => signal.addEventListener('abort', this.world.onChange(listener), { once: true }),
      begin: (work) => {
        const { asker } = work;
        const run = runOf(`run-of-${work.about.name}`, work, fence);
        const toAsker = asker === undefined ? {} : { asker };
        const reach = (): void => undefined;
        return { run, write: new StoreWriter({ client, world: this.world, run, signal, reach, ...toAsker }) };
      },
    };
  }

  private listen({ callback }: Subscribing): { unsubscribe: () => void } {
    this.calls = (call) =>
      new Promise((resolve) => {
        const respond = (text: string): boolean => {
          resolve(JSON.parse(text) as ClaimAnswer);
          return true;
        };
        callback(null, { json: () => call, respond });
      });
    return { unsubscribe: () => undefined };
  }
}

interface Subscribing {
  readonly callback: (error: Error | null, msg: { json(): unknown; respond(text: string): boolean }) => void;
}

/** The status of a claim or a workspace. */
export const statusIn = (state: Pick<ObjectState, 'object'> | undefined): JsonObject =>
  objectAt(state?.object, 'status');
