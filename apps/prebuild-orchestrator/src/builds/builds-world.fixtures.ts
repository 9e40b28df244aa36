/**
 * Builds by leaders over a real NATS, before a store in memory that decides by the real rules and is followed a moment
 * later. Time goes on when the test says so.
 */
import { setImmediate as turn } from 'node:timers/promises';

import type { Answer, CommandSender } from '@holdfast/command-client';
import { JOBS_STREAM, keyText, PROVISION_BEGIN_SUBJECT, PROVISION_REPORT_SUBJECT } from '@holdfast/contracts';
import type { Command, EventRecord, Fence, ObjectKey, TransactionOperation } from '@holdfast/contracts';
import { EventRecorder, StoreWriter, World } from '@holdfast/control-loop';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { natsConnectionOptions } from '@holdfast/nest-platform';
import { PREBUILD_KINDS, TEMPLATE_VERSIONS, WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import type { PrebuildKind, WorkspaceStatus } from '@holdfast/prebuild';
import { readBeginAnswer, readJob, readReportAnswer } from '@holdfast/provision';
import type { BeginAnswer, BuildReport, Job, ReportAnswer } from '@holdfast/provision';
import { apiVersionOf, keyOf } from '@holdfast/reconcile';
import { coreKinds, decideTransaction, kindFromCrd, prepareTransaction } from '@holdfast/resource';
import type { DecidedEvent, KindDefinition, ResourceState, StoredObject } from '@holdfast/resource';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { pino } from 'pino';
import { Registry } from 'prom-client';

import { runOf } from '../leader/leader.fixtures.js';
import { LogView } from '../leader/log-view.js';
import type { LeaderContext } from '../leader/orchestrator-part.js';
import { Builds } from './builds.js';
import { at } from './builds.fixtures.js';

const LOCK: ObjectKey = {
  group: 'coordination.k8s.io',
  resource: 'leases',
  namespace: 'default',
  name: 'prebuild-orchestrator',
};
const ANSWER_LIMIT_MS = 1_500;
const TICK_MS = 50;

interface Written {
  readonly key: ObjectKey;
  readonly version: number;
  readonly record: EventRecord;
  /** The last state of one that was removed. */
  readonly object: JsonObject;
}

class MemoryStore implements ResourceState, CommandSender {
  /** Every write, in order. */
  readonly log: Written[] = [];
  private readonly objects = new Map<string, StoredObject>();
  private readonly followers = new Set<(written: Written) => void>();
  private readonly known: readonly KindDefinition[] = [
    ...coreKinds,
    ...PREBUILD_KINDS.flatMap((definition) => kindFromCrd(established(definition), 1) ?? []),
  ];
  private uids = 0;

  constructor() {
    const key = { group: '', resource: 'namespaces', namespace: '', name: 'default' };
    this.objects.set(keyText(key), { key, version: 1, object: { metadata: { name: 'default' } } });
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.objects.get(keyText(key));
  }

  all(): readonly StoredObject[] {
    return [...this.objects.values()];
  }

  kind(group: string, resource: string): KindDefinition | undefined {
    return this.known.find((kind) => kind.group === group && kind.plural === resource);
  }

  kinds(group: string): readonly KindDefinition[] {
    return this.known.filter((kind) => kind.group === group);
  }

  /** Returns what ends it. */
  follow(tell: (written: Written) => void): () => void {
    const later = (written: Written): void => void turn().then(() => tell(written));
    this.followers.add(later);
    return () => this.followers.delete(later);
  }

  async send(command: Command, body: Buffer): Promise<Answer> {
    await turn();
    const { request, fence } = command;
    if (request.verb === 'get' || request.verb === 'look' || request.verb === 'kinds' || request.verb === 'list')
      throw new Error(`builds read what they know: ${request.verb}`);
    const operations: TransactionOperation[] =
      request.verb === 'transact'
        ? (JSON.parse(body.toString('utf8')) as TransactionOperation[])
        : [{ ...request, ...(body.length === 0 ? {} : { body: JSON.parse(body.toString('utf8')) as unknown }) }];
    return this.write(operations, fence);
  }

  write(operations: readonly TransactionOperation[], fence?: Fence): Answer {
    const prepared = prepareTransaction(Buffer.from(JSON.stringify(operations)), {}, (group, resource) =>
      this.kind(group, resource),
    );
    if (!prepared.ok) return refused(prepared.refusal);
    const ids = { uid: () => `uid-${(this.uids += 1)}`, suffix: () => `bcd${this.uids}` };
    const context = { now: at('10:00'), ids, ...(fence === undefined ? {} : { fence }) };
    const decision = decideTransaction(this, prepared.operations, context);
    if (decision.kind === 'refused') return refused(decision.refusal);
    for (const event of decision.events) this.apply(event);
    const [result] = decision.results;
    const isRemoved = decision.events.at(-1)?.record.type === 'deleted';
    const object = result?.kind === 'unchanged' ? result.current.object : (decision.events.at(-1)?.object ?? {});
    const outcome = result?.kind === 'unchanged' ? 'unchanged' : isRemoved ? 'deleted' : 'changed';
    const version = result?.kind === 'unchanged' ? result.current.version : this.version;
    return { reply: { status: 'ok', version, outcome }, body: Buffer.from(JSON.stringify(object)) };
  }

  private get version(): number {
    return this.log.length + 1;
  }

  private apply({ key, record, object }: DecidedEvent): void {
    const version = this.version + 1;
    const written = { key, version, record, object };
    this.log.push(written);
    if (record.type === 'deleted') this.objects.delete(keyText(key));
    else this.objects.set(keyText(key), { key, version, object });
    for (const tell of this.followers) tell(written);
  }
}

const refused = (refusal: Refusal): Answer => ({ reply: { status: 'refused', refusal }, body: Buffer.alloc(0) });

/** As the store keeps a CustomResourceDefinition whose names it has accepted. */
const established = (definition: JsonObject): JsonObject => ({
  ...definition,
  status: {
    acceptedNames: objectAt(objectAt(definition, 'spec'), 'names'),
    conditions: [{ type: 'Established', status: 'True' }],
  },
});

/** One process that leads until it is stopped; it does not hear that another one leads while it is deaf. */
export interface Leading {
  deafen(): void;
  stop(): Promise<void>;
}

export class BuildsWorld {
  readonly store = new MemoryStore();
  private readonly leaders: Leading[] = [];
  private epoch = 0;

  private constructor(
    private readonly nc: NatsConnection,
    private now: Date,
  ) {}

  /** With a template version `v1` whose time-outs are 10 s each. */
  static async start(url: string): Promise<BuildsWorld> {
    const world = new BuildsWorld(await connect(natsConnectionOptions(url)), at('10:00'));
    world.given(TEMPLATE_VERSIONS, 'v1', {
      template: 'node',
      provisioner: { name: 'exec', exec: { create: 'true' } },
      timeouts: { createSeconds: 10, readySeconds: 10, claimSeconds: 10, stopSeconds: 10, deleteSeconds: 10 },
    });
    return world;
  }

  async close(): Promise<void> {
    for (const leader of this.leaders) await leader.stop();
    await this.nc.close();
  }

  /** From now on it is this time. */
  becomes(time: string): void {
    this.now = at(time);
  }

  given(kind: PrebuildKind<object, object>, name: string, spec: object): void {
    const { group, version, resource } = kind;
    const target = { group, version, resource, namespace: 'default', name: '' };
    const metadata = { name, namespace: 'default' };
    this.write({ verb: 'create', target, body: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec } });
  }

  workspace(name: string): void {
    this.given(WORKSPACES, name, { template: 'node', version: 'v1', owner: 'prebuilds' });
  }

  change({ group, version, resource }: PrebuildKind<object, object>, name: string, body: object): void {
    const target = { group, version, resource, namespace: 'default', name };
    this.write({ verb: 'patch', patchType: 'merge', target, body });
  }

  remove({ group, version, resource }: PrebuildKind<object, object>, name: string): void {
    this.write({ verb: 'delete', target: { group, version, resource, namespace: 'default', name } });
  }

  find(name: string): StoredObject | undefined {
    return this.store.get(keyOf(WORKSPACES, 'default', name));
  }

  statusOf(name: string): WorkspaceStatus {
    return objectAt(this.find(name)?.object, 'status');
  }

  claimStatus(name: string): JsonObject {
    return objectAt(this.store.get(keyOf(WORKSPACE_CLAIMS, 'default', name))?.object, 'status');
  }

  uidOf(kind: PrebuildKind<object, object>, name: string): string {
    return stringAt(objectAt(this.store.get(keyOf(kind, 'default', name))?.object, 'metadata'), 'uid') ?? '';
  }

  /** The reasons of the Events about an object, in order. */
  reasonsAbout(name: string): readonly (string | undefined)[] {
    return this.store
      .all()
      .filter(({ key, object }) => key.resource === 'events' && objectAt(object, 'involvedObject')['name'] === name)
      .map(({ object }) => stringAt(object, 'reason'));
  }

  /** Another process begins to lead: it has seen everything, and writes of those before it are refused. */
  lead(): Leading {
    this.epoch += 1;
    this.takeLock();
    const world = new World();
    for (const state of this.store.all()) world.list(state);
    const unfollow = this.store.follow(({ version, record, object }) => {
      const command = { id: '', events: 1, actor: '', requestID: '', correlationID: '' };
      world.follow({ record, version, command, object: Buffer.from(JSON.stringify(object)) });
    });
    const aborting = new AbortController();
    const timing = { now: () => this.now, tickMs: TICK_MS };
    const builds = new Builds({ metrics: new Registry(), replicas: 1, timing });
    builds.start(this.contextOf(world, aborting.signal));
    const leading = {
      deafen: unfollow,
      stop: async () => {
        unfollow();
        aborting.abort();
        await builds.stop();
      },
    };
    this.leaders.push(leading);
    return leading;
  }

  /** Undefined when nobody answers. */
  async begin(job: unknown, worker = 'worker-1', attempt = 1): Promise<BeginAnswer | undefined> {
    const data = await this.ask(PROVISION_BEGIN_SUBJECT, { job, worker, attempt });
    return data && readBeginAnswer(data);
  }

  async report(job: unknown, more: Partial<BuildReport>, worker = 'worker-1'): Promise<ReportAnswer | undefined> {
    const data = await this.ask(PROVISION_REPORT_SUBJECT, { job, worker, ...more });
    return data && readReportAnswer(data);
  }

  /** Those that wait for a worker or are being worked on. */
  async jobs(): Promise<readonly Job[]> {
    const { streams } = await jetstreamManager(this.nc);
    const info = await streams.info(JOBS_STREAM).catch(() => undefined);
    const jobs: Job[] = [];
    for (let seq = info?.state.first_seq ?? 1; seq <= (info?.state.last_seq ?? 0); seq++) {
      const message = await streams.getMessage(JOBS_STREAM, { seq }).catch(() => null);
      if (message !== null) jobs.push(readJob(message.data));
    }
    return jobs;
  }

  /** As a worker that acknowledges, or a stream that was lost. */
  async loseJobs(): Promise<void> {
    const { streams } = await jetstreamManager(this.nc);
    await streams.purge(JOBS_STREAM);
  }

  private async ask(subject: string, request: object): Promise<Uint8Array | undefined> {
    try {
      return (await this.nc.request(subject, JSON.stringify(request), { timeout: ANSWER_LIMIT_MS })).data;
    } catch {
      return undefined;
    }
  }

  private write(operation: TransactionOperation): void {
    const { reply } = this.store.write([operation]);
    if (reply.status === 'refused') throw new Error(reply.refusal.message);
  }

  private takeLock(): void {
    const { group, resource, namespace, name } = LOCK;
    const target = { group, version: 'v1', resource, namespace, name };
    const spec = { leaseTransitions: this.epoch };
    if (this.store.get(LOCK) !== undefined)
      return this.write({ verb: 'patch', patchType: 'merge', target, body: { spec } });
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec };
    this.write({ verb: 'create', target: { ...target, name: '' }, body });
  }

  private contextOf(world: World, signal: AbortSignal): LeaderContext {
    const { store: client, nc, epoch } = this;
    const logger = pino({ level: 'silent' });
    const fence = { lock: keyText(LOCK), epoch };
    let runs = 0;
    return {
      epoch,
      fence,
      read: world.cache,
      view: new LogView(() => true),
      nc,
      client,
      logger,
      events: new EventRecorder({ client, logger, instance: 'test', now: () => this.now }),
      signal,
      onChange: (listener) => signal.addEventListener('abort', world.onChange(listener), { once: true }),
      begin: (work) => {
        const run = runOf(`run-${(runs += 1)}`, work, fence);
        return { run, write: new StoreWriter({ client, world, run, signal, reach: () => undefined }) };
      },
    };
  }
}
