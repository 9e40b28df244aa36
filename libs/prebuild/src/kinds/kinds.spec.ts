import { describe, expect, it } from '@jest/globals';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import type { PrebuildKind } from './define-kind.js';
import { objectOf, prebuildWorld } from './kinds.fixtures.js';
import { PREBUILD_KINDS } from './kinds.js';
import type {
  Parameters,
  PoolDecisionSpec,
  PresetSpec,
  PresetStatus,
  TemplateSpec,
  TemplateStatus,
  TemplateVersionSpec,
  WorkspaceClaimSpec,
  WorkspaceClaimStatus,
  WorkspaceSpec,
  WorkspaceStatus,
} from './objects.js';
import { POOL_DECISIONS } from './pool-decision.js';
import { PRESETS } from './preset.js';
import { TEMPLATES } from './template.js';
import { TEMPLATE_VERSIONS } from './template-version.js';
import { WORKSPACE_CLAIMS } from './workspace-claim.js';
import { WORKSPACES } from './workspace.js';

/** Every member is there: a member that a type gains must be written here, and then its schema must know it. */
type Full<T> = T extends Parameters ? T : T extends object ? { [K in keyof T]-?: Full<T[K]> } : T;

const at = '2026-05-04T08:00:00Z';
const condition = {
  type: 'Ready',
  status: 'True',
  reason: 'PoolIsFull',
  message: '3 of 3 are ready',
  lastTransitionTime: at,
  observedGeneration: 1,
} as const;

const template: Full<TemplateSpec> = {
  activeVersion: 'web-v2',
  deprecated: 'use web-next',
  paused: true,
  invalidatedAt: at,
};
const templateStatus: Full<TemplateStatus> = {
  observedGeneration: 1,
  activeVersion: 'web-v2',
  previousVersion: 'web-v1',
  conditions: [condition],
};

const version: Full<TemplateVersionSpec> = {
  template: 'web',
  provisioner: {
    name: 'exec',
    exec: { create: 'git clone "$HOLDFAST_PARAM_REPOSITORY" .', start: ':', stop: ':', claim: ':', delete: ':' },
    container: {
      image: 'docker.io/library/nginx:1.29',
      command: ['nginx', '-g', 'daemon off;'],
      env: { TZ: 'UTC' },
      ports: [{ name: 'web', containerPort: 80 }],
      memory: '512m',
      cpus: '1.5',
      claimCommand: ['touch', '/claimed'],
    },
    config: { anything: [1, { at: 'all' }] },
  },
  parameters: [
    {
      name: 'repository',
      type: 'string',
      description: 'What is cloned.',
      default: 'https://git.example.com/web',
      options: ['https://git.example.com/web'],
      immutable: true,
    },
  ],
  readiness: {
    command: ['test', '-e', 'ready'],
    tcp: { endpoint: 'web' },
    http: { endpoint: 'web', path: '/healthz' },
    periodSeconds: 2,
  },
  timeouts: { createSeconds: 1, readySeconds: 2, claimSeconds: 3, stopSeconds: 4, deleteSeconds: 5 },
};

const preset: Full<PresetSpec> = {
  template: 'web',
  parameters: { repository: 'https://git.example.com/web', replicas: 2, debug: false },
  prebuilds: {
    instances: 3,
    min: 1,
    max: 9,
    ttlSeconds: 86_400,
    scheduling: { timezone: 'Europe/Berlin', schedules: [{ cron: '* 9-18 * * 1-5', instances: 5 }] },
    demandExpression: 'scheduled + misses_5m',
    maxConcurrentCreations: 2,
    replacement: { strategy: 'Surge', maxSurge: 1 },
    paused: true,
    invalidatedAt: at,
    retriedAt: at,
  },
};
const presetStatus: Full<PresetStatus> = {
  observedGeneration: 1,
  specChangedAt: at,
  running: 3,
  desired: 3,
  eligible: 2,
  starting: 1,
  expired: 1,
  failed: 1,
  lastBuilt: [{ version: 'web-v1', at }],
  failures: [{ version: 'web-v2', count: 3, lastAt: at, workspace: 'web-1', message: 'create ended with 1' }],
  buildSeconds: 8.25,
  idleInstanceSeconds: 12.5,
  conditions: [condition],
};

const workspace: Full<WorkspaceSpec> = {
  template: 'web',
  version: 'web-v2',
  preset: 'web-large',
  parameters: { replicas: 2 },
  owner: 'ada',
  name: 'adas-web',
  claimRef: { name: 'adas-web', uid: 'uid-1' },
  transition: 'start',
};
const workspaceStatus: Full<WorkspaceStatus> = {
  phase: 'Ready',
  observedGeneration: 1,
  build: {
    number: 1,
    transition: 'start',
    status: 'failed',
    queuedAt: at,
    startedAt: at,
    endedAt: at,
    worker: 'host-1',
    handedBack: 1,
    reason: 'ScriptFailed',
    message: 'create ended with 1',
  },
  builtAt: at,
  readyAt: at,
  claimedFor: 'uid-1',
  endpoints: [{ name: 'web', url: 'http://127.0.0.1:8080/' }],
  conditions: [condition],
};

const claim: Full<WorkspaceClaimSpec> = {
  preset: 'web-large',
  template: 'web',
  parameters: { replicas: 2 },
  owner: 'ada',
  waitSeconds: 60,
};
const claimStatus: Full<WorkspaceClaimStatus> = {
  phase: 'Bound',
  preset: 'web-large',
  workspace: { name: 'web-large-bcdfg', uid: 'uid-2' },
  source: 'cold',
  missReason: 'NoneReady',
  boundAt: at,
  message: 'none of 3 was ready',
  conditions: [condition],
};

const decision: Full<PoolDecisionSpec> = {
  preset: 'web-large',
  version: 'web-v2',
  epoch: 4,
  snapshotVersion: '4096',
  at,
  state: { actual: 2, desired: 3 },
  actions: [{ type: 'create', count: 1 }],
  reasons: ['1 is missing'],
};

interface Example {
  readonly kind: PrebuildKind<object, object>;
  readonly spec: object;
  readonly status?: object;
}

const examples: readonly Example[] = [
  { kind: TEMPLATES, spec: template, status: templateStatus },
  { kind: TEMPLATE_VERSIONS, spec: version },
  { kind: PRESETS, spec: preset, status: presetStatus },
  { kind: WORKSPACES, spec: workspace, status: workspaceStatus },
  { kind: WORKSPACE_CLAIMS, spec: claim, status: claimStatus },
  { kind: POOL_DECISIONS, spec: decision },
];

const fieldsRefused = (decided: ReturnType<ReturnType<typeof prebuildWorld>['create']>): readonly string[] => {
  if (decided.kind !== 'refused') throw new Error('it was accepted');
  return (decided.refusal.details?.causes ?? []).map(({ field }) => field ?? '');
};

describe('the kinds of pools', () => {
  it('are established by the rules of the store, and found as a category', () => {
    const world = prebuildWorld();
    expect(world.kinds('prebuilds.holdfast.dev').map(({ kind, categories }) => [kind, ...categories])).toEqual(
      PREBUILD_KINDS.map((definition) => [objectAt(objectAt(definition, 'spec'), 'names')['kind'], 'prebuilds']),
    );
  });

  it.each(examples)('keep every member of $kind.kind', ({ kind, spec, status }) => {
    const world = prebuildWorld();
    const created = world.apply(world.create(objectOf(kind, 'example', spec)));
    expect(created['spec']).toEqual(spec);
    if (status === undefined) return;
    const reported = world.patch(created, { status: status as JsonObject }, 'status');
    expect(reported.kind === 'refused' ? reported.refusal : world.apply(reported)['status']).toEqual(status);
  });

  it.each<[string, PrebuildKind<object, object>, JsonObject, JsonObject]>([
    ['Template', TEMPLATES, {}, { paused: false }],
    [
      'TemplateVersion',
      TEMPLATE_VERSIONS,
      { template: 'web', provisioner: { name: 'exec' }, readiness: { http: { endpoint: 'web' } } },
      {
        template: 'web',
        provisioner: { name: 'exec' },
        parameters: [],
        readiness: { http: { endpoint: 'web', path: '/' }, periodSeconds: 1 },
        timeouts: { createSeconds: 1_800, readySeconds: 300, claimSeconds: 60, stopSeconds: 60, deleteSeconds: 300 },
      },
    ],
    [
      'Preset',
      PRESETS,
      { template: 'web' },
      {
        template: 'web',
        parameters: {},
        prebuilds: { instances: 0, replacement: { strategy: 'Immediate' }, paused: false },
      },
    ],
    [
      'Workspace',
      WORKSPACES,
      { template: 'web', version: 'web-v2', owner: 'ada' },
      { template: 'web', version: 'web-v2', owner: 'ada', parameters: {}, transition: 'start' },
    ],
    [
      'WorkspaceClaim',
      WORKSPACE_CLAIMS,
      { preset: 'web-large', owner: 'ada' },
      { preset: 'web-large', owner: 'ada', parameters: {}, waitSeconds: 0 },
    ],
  ])('fill in what the type of a %s promises', (_name, kind, written, stored) => {
    const world = prebuildWorld();
    expect(world.apply(world.create(objectOf(kind, 'example', written)))['spec']).toEqual(stored);
  });

  it.each<[string, PrebuildKind<object, object>, JsonObject, readonly string[]]>([
    ['a template version of nothing', TEMPLATE_VERSIONS, {}, ['spec.provisioner', 'spec.template']],
    [
      'a parameter of an unknown type, under an odd name',
      TEMPLATE_VERSIONS,
      { template: 'web', provisioner: { name: 'exec' }, parameters: [{ name: '1-a', type: 'list' }] },
      ['spec.parameters[0].name', 'spec.parameters[0].type'],
    ],
    [
      'two parameters of one name',
      TEMPLATE_VERSIONS,
      {
        template: 'web',
        provisioner: { name: 'exec' },
        parameters: [
          { name: 'a', type: 'string' },
          { name: 'a', type: 'number' },
        ],
      },
      ['spec.parameters[1]'],
    ],
    [
      'time-outs of nothing, or of more than a day',
      TEMPLATE_VERSIONS,
      { template: 'web', provisioner: { name: 'exec' }, timeouts: { createSeconds: 0, deleteSeconds: 86_401 } },
      ['spec.timeouts.createSeconds', 'spec.timeouts.deleteSeconds'],
    ],
    [
      'less than no instances, and more than 5,000',
      PRESETS,
      { template: 'web', prebuilds: { instances: -1, max: 5_001 } },
      ['spec.prebuilds.instances', 'spec.prebuilds.max'],
    ],
    [
      'a surge by nothing, under an unknown strategy',
      PRESETS,
      { template: 'web', prebuilds: { replacement: { strategy: 'Slowly', maxSurge: 0 } } },
      ['spec.prebuilds.replacement.maxSurge', 'spec.prebuilds.replacement.strategy'],
    ],
    [
      'a time that is none',
      PRESETS,
      { template: 'web', prebuilds: { invalidatedAt: 'yesterday' } },
      ['spec.prebuilds.invalidatedAt'],
    ],
    [
      'a workspace of nobody that shall fly',
      WORKSPACES,
      { template: 'web', version: 'v1', owner: '', transition: 'fly' },
      ['spec.owner', 'spec.transition'],
    ],
    [
      'a claim by nobody that waits for ever',
      WORKSPACE_CLAIMS,
      { waitSeconds: 3_601 },
      ['spec.owner', 'spec.waitSeconds'],
    ],
  ])('refuse %s, naming the field', (_what, kind, spec, fields) => {
    expect([...fieldsRefused(prebuildWorld().create(objectOf(kind, 'example', spec)))].sort()).toEqual(fields);
  });
});
