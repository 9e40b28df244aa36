/** The whole wire on a Fastify without sockets: two core kinds, one of our own, and a store that answers as it is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Answer } from '@holdfast/command-client';
import type { ClaimAnswer, ClaimCall, Command } from '@holdfast/contracts';
import type { Refusal } from '@holdfast/kernel';
import { HealthRegistry, Spans } from '@holdfast/nest-platform';
import type { KindDefinition, KindVersion } from '@holdfast/resource';
import { fastify } from 'fastify';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';

import { Authenticator } from '../auth/authenticator.js';
import type { ClaimLeader } from '../claims/claim-leader.js';
import { KindFinder } from '../kinds/kind-finder.js';
import { KindRegistry } from '../kinds/kind-registry.js';
import { sendBytes, sendJson } from './answer.js';
import { composeWire } from './compose-wire.js';
import { fastifyOptions } from './fastify-options.js';
import type { ResolvedRequest, ResourceHandler, TransactionHandler } from './resolved-request.js';
import { registerWire } from './wire.js';

export const END = 10 * 1024 + 1023;

const version = (name: string, given: Partial<KindVersion> = {}): KindVersion => ({
  name,
  served: true,
  storage: true,
  schema: { type: 'object' },
  status: false,
  printerColumns: [],
  selectableFields: [],
  ...given,
});

const aKind = (given: Partial<KindDefinition>): KindDefinition => ({
  group: '',
  plural: '',
  singular: '',
  kind: '',
  listKind: '',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [version('v1')],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  builtIn: true,
  revision: 0,
  ...given,
});

export const coreKinds: readonly KindDefinition[] = [
  aKind({
    plural: 'namespaces',
    singular: 'namespace',
    kind: 'Namespace',
    listKind: 'NamespaceList',
    shortNames: ['ns'],
    scope: 'Cluster',
    versions: [version('v1', { status: true })],
  }),
  aKind({
    plural: 'configmaps',
    singular: 'configmap',
    kind: 'ConfigMap',
    listKind: 'ConfigMapList',
    shortNames: ['cm'],
  }),
];

export const racks: KindDefinition = aKind({
  group: 'inventory.holdfast.dev',
  plural: 'racks',
  singular: 'rack',
  kind: 'Rack',
  listKind: 'RackList',
  categories: ['all'],
  versions: [
    version('v1', { status: true }),
    version('v1beta1', { storage: false, deprecationWarning: 'inventory.holdfast.dev/v1beta1 Rack is deprecated' }),
    version('v1alpha1', { storage: false, served: false }),
  ],
  builtIn: false,
  revision: 2048,
});

/** Not among the core kinds: only specs of subresources need these. */
export const presets: KindDefinition = aKind({
  group: 'prebuilds.holdfast.dev',
  plural: 'presets',
  singular: 'preset',
  kind: 'Preset',
  listKind: 'PresetList',
  versions: [version('v1', { scale: { specReplicasPath: '.spec.slots', statusReplicasPath: '.status.filled' } })],
});

export const workspaces: KindDefinition = aKind({
  group: 'prebuilds.holdfast.dev',
  plural: 'workspaces',
  singular: 'workspace',
  kind: 'Workspace',
  listKind: 'WorkspaceList',
});

/** A store whose next answers are said beforehand; it keeps what it was asked. */
export class ScriptedStore {
  readonly commands: { readonly command: Command; readonly body: string }[] = [];
  private readonly answers: Answer[] = [];

  willAnswer(
    outcome: 'created' | 'changed' | 'unchanged' | 'deleted' | 'read',
    object: object,
    warnings: string[] = [],
  ) {
    const body = Buffer.from(JSON.stringify(object));
    this.answers.push({ reply: { status: 'ok', version: END, outcome, warnings }, body });
  }

  willRefuse(refusal: Refusal): void {
    this.answers.push({ reply: { status: 'refused', refusal }, body: Buffer.alloc(0) });
  }

  send = async (command: Command, body: Buffer): Promise<Answer> => {
    if (command.request.verb === 'look') {
      return { reply: { status: 'ok', version: END, outcome: 'read' }, body: Buffer.alloc(0) };
    }
    this.commands.push({ command, body: body.toString() });
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`the store was not told what to answer to ${command.request.verb}`);
    return answer;
  };

  get lastCommand(): Command | undefined {
    return this.commands.at(-1)?.command;
  }
}

/** An orchestrator whose next answers are said beforehand; it keeps what it was asked. */
export class ScriptedLeader implements ClaimLeader {
  readonly calls: ClaimCall[] = [];
  private readonly answers: ClaimAnswer[] = [];

  willAnswer(...answers: readonly ClaimAnswer[]): void {
    this.answers.push(...answers);
  }

  claim = async (call: ClaimCall): Promise<ClaimAnswer> => {
    this.calls.push(call);
    const answer = this.answers.shift();
    if (answer === undefined) throw new Error(`the leader was not told what to answer to ${call.name}`);
    return answer;
  };
}

export interface TestWire {
  readonly fastify: FastifyInstance;
  readonly store: ScriptedStore;
  readonly claims: ScriptedLeader;
  readonly registry: KindRegistry;
  readonly metrics: Registry;
  /** What reached the handlers that are not the wire's own. */
  readonly handed: ResolvedRequest[];
  request(options: InjectOptions & { readonly as?: string }): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

/** Tokens: `admin` is a master, `alice` is not. `logOf` makes the handler of build logs. */
export const startWire = async (
  kinds: readonly KindDefinition[] = coreKinds,
  logOf?: (store: ScriptedStore) => ResourceHandler,
): Promise<TestWire> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-wire-'));
  writeFileSync(join(folder, 'tokens'), 'admin,admin,0,system:masters\nalice,alice,1,dev\n');
  const logger = pino({ level: 'silent' });
  const store = new ScriptedStore();
  const registry = new KindRegistry({ builtIn: kinds, readKind: () => racks });
  registry.load([{ metadata: { resourceVersion: '2048' } }], END);
  const finder = new KindFinder(registry, store);
  const handed: ResolvedRequest[] = [];
  const handed200: ResourceHandler = async (request, reply) => {
    handed.push(request);
    sendJson(reply, 200, { handed: request.verb, subresource: request.subresource });
  };
  const metrics = new Registry();
  const health = new HealthRegistry('api-gateway');
  const authenticator = new Authenticator(join(folder, 'tokens'), logger);
  const instance = fastify(fastifyOptions());
  const collections = {
    list: handed200,
    watch: handed200,
    deletecollection: handed200,
    history: handed200,
    why: handed200,
    past: handed200,
    rollback: handed200,
    log: logOf?.(store) ?? handed200,
  };
  const claims = new ScriptedLeader();
  const transactions: TransactionHandler = async ({ body }, reply) => sendBytes(reply, 200, body);
  registerWire(
    instance,
    composeWire({
      commands: store,
      registry,
      kinds: finder,
      authenticator,
      collections,
      transactions,
      claims,
      health,
      metrics,
      spans: new Spans({ service: 'api-gateway', endpoint: undefined, metrics, logger }),
      logger,
    }),
  );
  await instance.ready();
  return {
    fastify: instance,
    store,
    claims,
    registry,
    metrics,
    handed,
    request: ({ as = 'admin', headers, ...options }) =>
      instance.inject({
        ...options,
        headers: { ...(as === '' ? {} : { authorization: `Bearer ${as}` }), ...headers },
      }),
    close: async () => {
      health.close();
      authenticator.close();
      await instance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
