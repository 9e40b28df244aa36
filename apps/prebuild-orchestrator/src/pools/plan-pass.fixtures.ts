/** Objects of pools in memory; what a case does not speak about is quiet. */
import type { JsonObject } from '@holdfast/kernel';
import { parseInstant, PRESETS, seconds, TEMPLATES, TEMPLATE_VERSIONS, WORKSPACES } from '@holdfast/prebuild';
import type { Instant, PrebuildKind } from '@holdfast/prebuild';
import { conditionsOf, keyOf, ObjectCache } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import type { NewStatus } from './jobs.js';
import type { PassConfig } from './plan-pass.js';
import { planPass, upkeepJobs } from './plan-pass.js';
import type { Pass } from './plan-pass.js';
import { PoolBook } from './pool-book.js';

/** A time of Monday, 2 June 2025, UTC. */
export const text = (clock: string): string => `2025-06-02T${clock}:00Z`;
export const at = (clock: string): Instant => parseInstant(text(clock)) ?? 0n;

const CONFIG: PassConfig = {
  backOffInterval: seconds(60),
  failureHardLimit: 3,
  probeCoolDown: seconds(3_600),
  budgets: { perTemplate: 100, system: 100 },
  failedRetention: seconds(3_600),
};

interface Given {
  readonly metadata?: JsonObject;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

let versions = 0;

const stateOf = (kind: PrebuildKind<object, object>, name: string, { metadata, spec, status }: Required<Given>) => {
  versions += 1;
  const all = {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    generation: 1,
    creationTimestamp: text('08:00'),
    ...metadata,
  };
  const object = { apiVersion: 'prebuilds.holdfast.dev/v1', kind: kind.kind, metadata: all, spec, status };
  return { key: keyOf(kind, 'default', name), version: versions, object };
};

export const template = ({ metadata = {}, spec = {}, status = {} }: Given = {}): ObjectState =>
  stateOf(TEMPLATES, 'web', { metadata, spec: { activeVersion: 'v1', paused: false, ...spec }, status });

export const version = (name: string, { metadata = {}, spec = {} }: Given = {}): ObjectState =>
  stateOf(TEMPLATE_VERSIONS, name, { metadata, spec: { template: 'web', parameters: [], ...spec }, status: {} });

export const preset = (prebuilds: JsonObject, { metadata = {}, status = {} }: Given = {}): ObjectState => {
  const settings = { instances: 0, paused: false, replacement: { strategy: 'Immediate' }, ...prebuilds };
  return stateOf(PRESETS, 'small', {
    metadata,
    spec: { template: 'web', parameters: {}, prebuilds: settings },
    status,
  });
};

export const workspace = (name: string, { metadata = {}, spec = {}, status = {} }: Given = {}): ObjectState => {
  const all = {
    template: 'web',
    version: 'v1',
    preset: 'small',
    parameters: {},
    owner: 'prebuilds',
    transition: 'start',
  };
  return stateOf(WORKSPACES, name, { metadata, spec: { ...all, ...spec }, status });
};

const build = (status: string, endedAt = text('08:05')): JsonObject => ({
  number: 1,
  transition: 'start',
  status,
  queuedAt: text('08:00'),
  ...(status === 'pending' || status === 'running' ? {} : { endedAt }),
  ...(status === 'failed' ? { message: 'create ended with exit code 1' } : {}),
});

export const READY: JsonObject = {
  phase: 'Ready',
  build: build('succeeded'),
  builtAt: text('08:05'),
  conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: text('08:05') }],
};
export const pending = (): JsonObject => ({ phase: 'Pending', build: build('pending') });
export const failed = (endedAt: string): JsonObject => ({ phase: 'Failed', build: build('failed', endedAt) });

/** What is planned for these objects at that time. */
export const planned = (states: readonly ObjectState[], clock: string, underWay = 0): Pass => {
  const cache = new ObjectCache();
  for (const state of states) cache.put(state);
  const input = {
    objects: new PoolBook(cache).all(),
    others: [],
    config: CONFIG,
    epoch: 7,
    snapshotVersion: 4_095,
    now: at(clock),
    demandOf: () => [],
    underWay: () => underWay,
    idleSeconds: () => 0,
  };
  const pass = planPass(input);
  return { ...pass, jobs: [...pass.jobs, ...upkeepJobs(pass, input)] };
};

/** What presets say after that, beside a decision or by itself. */
const newStatuses = (pass: Pass): readonly NewStatus[] =>
  pass.jobs.flatMap((job): readonly NewStatus[] => {
    const said = job.kind === 'pool' ? job.status : job.kind === 'status' ? job : undefined;
    return said?.state.key.resource === PRESETS.resource ? [said] : [];
  });

/** Of each preset its condition of that type as it is written, and the events that go with it. */
export const saidOf = (pass: Pass, type: string): readonly object[] =>
  newStatuses(pass).flatMap(({ status, told }) => {
    const found = conditionsOf(status).find((condition) => condition['type'] === type);
    return found === undefined ? [] : [{ ...found, told: told.map(({ reason }) => reason) }];
  });

/** Of each pool what is written, by names. */
export const writesOf = (pass: Pass): readonly object[] =>
  pass.jobs.flatMap((job) => {
    if (job.kind !== 'pool') return [];
    const names = (states: readonly ObjectState[]): readonly string[] => states.map(({ key }) => key.name);
    const { version: of, cancels, deletes, creates } = job;
    return [{ version: of, cancels: names(cancels), deletes: names(deletes), creates: creates.length }];
  });

/** What the preset says of itself after that: its status, and what people are told. */
export const presetSays = (pass: Pass) => {
  const [said] = newStatuses(pass);
  if (said === undefined) throw new Error('the preset has nothing to say');
  const { status, told } = said;
  const conditions = conditionsOf(status);
  return {
    status,
    told,
    conditions: Object.fromEntries(
      conditions.map(({ type, status, reason, message }) => [stringOf(type), [status, reason, message]]),
    ),
  };
};

const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What is removed as left over, and which finalizers are written, by names. */
export const upkeepOf = (pass: Pass): readonly unknown[] =>
  pass.jobs.flatMap((job): readonly unknown[] => {
    if (job.kind === 'removal') return [['removed', ...job.states.map(({ key }) => key.name)]];
    return job.kind === 'finalizers' ? [[job.state.key.name, ...job.finalizers]] : [];
  });
