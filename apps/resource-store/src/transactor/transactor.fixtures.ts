/** A transactor over a log in memory, and commands in the words of the tests. */
import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';

import type { Answer } from '@holdfast/command-client';
import type { Command, Request, Target, TransactionOperation } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';

import { InMemoryLog } from '../in-memory-log.fixtures.js';
import { catchUp } from '../lead/catch-up.js';
import { StoreState } from '../state/store-state.js';
import { decideAtOnce } from './decider.js';
import type { Decider } from './decider.js';
import { limitsFor } from './limits.js';
import type { Limits } from './limits.js';
import { Transactor } from './transactor.js';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };

export const target = (name: string, resource = 'configmaps'): Target => ({
  group: '',
  version: 'v1',
  resource,
  namespace: resource === 'namespaces' ? '' : 'default',
  name,
});

export const configMap = (name: string, data: Record<string, string> = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...metadata },
  data,
});

/** What a test asks for; the rest of a command does not matter to it. */
export interface Asked {
  readonly id?: string;
  readonly deadline?: number;
  readonly key?: string;
  readonly dryRun?: boolean;
}

export interface WorldOptions {
  readonly looksByAppending?: boolean;
  readonly limits?: Partial<Limits>;
  readonly decider?: Decider;
}

export class TransactorWorld {
  readonly log = new InMemoryLog();
  readonly state = new StoreState();
  readonly leader = { instance: 'one', epoch: 1 };
  readonly failed = jest.fn();
  readonly reported = jest.fn();
  readonly transactor: Transactor;
  clock = Date.parse('2026-01-01T10:00:00Z');
  deposed = false;
  private commands = 0;
  private uids = 0;

  constructor({ looksByAppending = false, limits = {}, decider }: WorldOptions = {}) {
    const ids = { uid: () => `uid-${++this.uids}`, suffix: () => 'abcde' };
    this.state.apply(this.log.write({ ...this.leader, takeover: true }));
    this.transactor = new Transactor({
      state: this.state,
      log: this.log,
      leader: this.leader,
      looksByAppending,
      limits: { ...limitsFor(this.log.maxCommitBytes), ...limits },
      now: () => this.clock,
      decider: decider ?? decideAtOnce({ ids }),
      reach: () => undefined,
      observer: { answered: () => undefined, appended: () => undefined },
      reported: this.reported,
      failed: this.failed,
      catchUp: (end) => this.catchUp(end),
    });
  }

  /** With the namespace `default`. */
  static async create(options: WorldOptions = {}): Promise<TransactorWorld> {
    const world = new TransactorWorld(options);
    await world.ask({ verb: 'create', target: target('', 'namespaces') }, NAMESPACE);
    return world;
  }

  ask(request: Request, body: unknown = undefined, asked: Asked = {}): Promise<Answer | undefined> {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    return this.transactor.handle(this.command(request, bytes, asked), bytes);
  }

  create(object: JsonObject, asked: Asked = {}): Promise<Answer | undefined> {
    const options = asked.dryRun === undefined ? {} : { options: { dryRun: asked.dryRun } };
    return this.ask({ verb: 'create', target: target(''), ...options }, object, asked);
  }

  update(object: JsonObject, asked: Asked = {}): Promise<Answer | undefined> {
    return this.ask({ verb: 'update', target: target(nameOf(object)) }, object, asked);
  }

  get(name: string): Promise<Answer | undefined> {
    return this.ask({ verb: 'get', target: target(name) });
  }

  transact(operations: readonly TransactionOperation[], asked: Asked = {}): Promise<Answer | undefined> {
    return this.ask({ verb: 'transact' }, operations, asked);
  }

  close(): void {
    this.log.release();
    this.transactor.close();
  }

  /** Names of the objects in each commit after the first two. */
  get written(): string[][] {
    return this.log.commits.slice(2).map(({ events }) => events.map(({ record }) => record.name));
  }

  private async catchUp(end: number): Promise<boolean> {
    await catchUp({ log: this.log, state: this.state, end, signal: new AbortController().signal });
    const { instance, epoch } = this.state.position.leader;
    if (instance === this.leader.instance && epoch === this.leader.epoch) return true;
    this.deposed = true;
    this.transactor.close();
    return false;
  }

  private command(request: Request, body: Buffer, { id, deadline, key }: Asked): Command {
    this.commands += 1;
    return {
      id: id ?? `command-${this.commands}`,
      deadline: deadline ?? this.clock + 10_000,
      actor: 'alice',
      requestID: `request-${this.commands}`,
      correlationID: `correlation-${this.commands}`,
      request,
      ...(key === undefined ? {} : { idempotency: { key: sha256(key), body: sha256(body) } }),
    };
  }
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const nameOf = ({ metadata }: JsonObject): string => (metadata as { readonly name: string }).name;

/** Everything that can happen without the log has happened. */
export const settled = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

/** Tells whether there is an answer yet. */
export const watch = (answer: Promise<Answer | undefined>): { current: Answer | undefined; done: boolean } => {
  const watched: { current: Answer | undefined; done: boolean } = { current: undefined, done: false };
  void answer.then((given) => Object.assign(watched, { current: given, done: true }));
  return watched;
};

export const objectOf = (answer: Answer | undefined): JsonObject => {
  if (answer?.reply.status !== 'ok') throw new Error(`expected an object, found ${JSON.stringify(answer?.reply)}`);
  return JSON.parse(answer.body.toString('utf8')) as JsonObject;
};

export const versionOf = (answer: Answer | undefined): number => {
  if (answer?.reply.status !== 'ok') throw new Error(`expected a version, found ${JSON.stringify(answer?.reply)}`);
  return answer.reply.version;
};

export const refusalOf = (answer: Answer | undefined): Refusal => {
  if (answer?.reply.status !== 'refused') throw new Error(`expected a refusal, found ${JSON.stringify(answer?.reply)}`);
  return answer.reply.refusal;
};
