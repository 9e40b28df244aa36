/** Pools for the benchmark: workspaces that are ready without anybody having built them, or that nobody builds. */
import { randomUUID } from 'node:crypto';

import { CommandClient } from '@holdfast/command-client';
import type { TransactionOperation } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { PRESETS, TEMPLATE_VERSIONS, TEMPLATES, WORKSPACE_FINALIZER, WORKSPACES } from '@holdfast/prebuild';
import type { PrebuildKind, PrebuildsSpec } from '@holdfast/prebuild';

import type { BenchStack } from './bench-stack.js';
import type { HttpRequest } from './load/http-connection.js';

const NAMESPACE = 'default';
const TEMPLATE = 'bench';
const VERSION = 'bench-v1';
const DEADLINE_MS = 10_000;
const IN_A_TRANSACTION = 500;

export type Nats = Awaited<ReturnType<typeof connectNats>>;

/** Writes as our own services do, since only they may write an object and its status together. */
export class PoolWriter {
  private constructor(
    readonly nc: Nats,
    private readonly client: CommandClient,
  ) {}

  static async open({ stack }: BenchStack): Promise<PoolWriter> {
    const nc = await connectNats({ url: stack.describe().nats, name: 'bench' });
    const log = await JetStreamCommitLog.open({ nc, replicas: 1, create: false, sync: { trust: true } });
    const client = new CommandClient({ nc, sender: `bench-${randomUUID()}`, log });
    await client.start();
    const writer = new PoolWriter(nc, client);
    await writer.defineTemplate();
    return writer;
  }

  async close(): Promise<void> {
    this.client.close();
    await this.nc.close();
  }

  async preset(name: string, prebuilds: Partial<PrebuildsSpec>): Promise<void> {
    await this.write([create(PRESETS, name, { template: TEMPLATE, parameters: {}, prebuilds })]);
  }

  /** Workspaces of these presets in turn, each ready from its first moment. */
  async ready(presets: readonly string[], count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `${presets[i % presets.length] ?? ''}-${i}`);
    for (let from = 0; from < count; from += IN_A_TRANSACTION)
      await this.write(
        names
          .slice(from, from + IN_A_TRANSACTION)
          .map((name, i) =>
            create(WORKSPACES, name, workspaceSpec(presets[(from + i) % presets.length] ?? ''), readyStatus()),
          ),
      );
  }

  /** A workspace that was created for a pool is ready, as if somebody had built it. */
  async finish(name: string): Promise<void> {
    await this.write([patch(WORKSPACES, name, { status: readyStatus() }, 'status')]);
  }

  private async defineTemplate(): Promise<void> {
    await this.write([
      create(TEMPLATES, TEMPLATE, {}),
      create(TEMPLATE_VERSIONS, VERSION, { template: TEMPLATE, provisioner: { name: 'nobody' } }),
      patch(TEMPLATES, TEMPLATE, { spec: { activeVersion: VERSION } }),
    ]);
  }

  private async write(operations: readonly TransactionOperation[]): Promise<void> {
    const id = randomUUID();
    const { reply } = await this.client.send(
      {
        id,
        deadline: Date.now() + DEADLINE_MS,
        actor: 'bench',
        requestID: id,
        correlationID: id,
        request: { verb: 'transact' },
      },
      Buffer.from(JSON.stringify(operations)),
    );
    if (reply.status === 'refused') throw new Error(reply.refusal.message);
  }
}

export const claimOn = (preset: string): HttpRequest => ({
  method: 'POST',
  path: `/apis/prebuilds.holdfast.dev/v1/namespaces/${NAMESPACE}/presets/${preset}/claim`,
  body: '{}',
});

const targetOf = ({ group, version, resource }: PrebuildKind<object, object>, name: string) => ({
  group,
  version,
  resource,
  namespace: NAMESPACE,
  name,
});

const create = (
  kind: PrebuildKind<object, object>,
  name: string,
  spec: object,
  status?: object,
): TransactionOperation => ({
  verb: 'create',
  target: targetOf(kind, ''),
  ...(status === undefined ? {} : { keepsStatus: true }),
  body: {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    // As the orchestrator makes them: else it would first have to add what it needs.
    metadata: { name, namespace: NAMESPACE, ...(kind === WORKSPACES ? { finalizers: [WORKSPACE_FINALIZER] } : {}) },
    spec,
    ...(status === undefined ? {} : { status }),
  },
});

const patch = (
  kind: PrebuildKind<object, object>,
  name: string,
  body: object,
  subresource?: 'status',
): TransactionOperation => ({
  verb: 'patch',
  patchType: 'merge',
  target: { ...targetOf(kind, name), ...(subresource && { subresource }) },
  body,
});

const workspaceSpec = (preset: string) => ({
  template: TEMPLATE,
  version: VERSION,
  preset,
  parameters: {},
  owner: 'prebuilds',
});

const readyStatus = () => {
  const time = new Date().toISOString();
  return {
    phase: 'Ready',
    build: { number: 1, transition: 'start', status: 'succeeded', queuedAt: time, startedAt: time, endedAt: time },
    builtAt: time,
    readyAt: time,
    endpoints: [{ name: 'web', url: 'http://127.0.0.1:4000/' }],
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Ready', message: 'it can be used', lastTransitionTime: time },
    ],
  };
};
