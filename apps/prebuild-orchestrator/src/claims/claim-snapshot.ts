/** What a claim meets: its template, the presets that it may be served from, and why their pools may be short. */
import {
  parseInstant,
  POOL_DECISIONS,
  poolSettingsOf,
  PRESETS,
  TEMPLATE_VERSIONS,
  TEMPLATES,
} from '@holdfast/prebuild';
import type {
  ClaimedPreset,
  ClaimedTemplate,
  ClaimSnapshot,
  Instant,
  PresetSpec,
  PresetStatus,
  TemplateSpec,
  WorkspaceClaimSpec,
} from '@holdfast/prebuild';
import { isDeleting, keyOf, specOf, statusOf } from '@holdfast/reconcile';
import type { Kind, ObjectReader, ObjectState } from '@holdfast/reconcile';

import { decisionName } from '../pools/pool-decision.js';
import type { PoolIndex } from './pool-index.js';

type Wish = Pick<WorkspaceClaimSpec, 'preset' | 'template'>;

/** Undefined when there is no such preset, or no such template, or it is on its way out. */
export const snapshotFor = (
  namespace: string,
  { preset, template }: Wish,
  read: Pick<ObjectReader, 'get' | 'list'>,
  index: Pick<PoolIndex, 'workspaces'>,
): ClaimSnapshot | undefined => {
  const lookUp = (kind: Kind<object, object>, name: string): ObjectState | undefined => {
    const state = read.get(keyOf(kind, namespace, name));
    return state === undefined || isDeleting(state) ? undefined : state;
  };
  const named = preset === undefined ? undefined : lookUp(PRESETS, preset);
  const templateState = lookUp(TEMPLATES, named === undefined ? (template ?? '') : specOf(PRESETS, named).template);
  if (templateState === undefined) return undefined;
  const { name } = templateState.key;
  const presets = named === undefined ? presetsOf(name, read.list(PRESETS, namespace)) : [named];
  return {
    template: templateOf(templateState, lookUp),
    presets: presets.map((state) => presetOf(state, templateState, read, index)),
    workspaces: (of) => index.workspaces(namespace, of),
  };
};

const presetsOf = (template: string, states: readonly ObjectState[]): readonly ObjectState[] =>
  states.filter((state) => !isDeleting(state) && specOf(PRESETS, state).template === template);

const templateOf = (
  state: ObjectState,
  lookUp: (kind: Kind<object, object>, name: string) => ObjectState | undefined,
): ClaimedTemplate => {
  const { activeVersion, deprecated = '' } = specOf(TEMPLATES, state);
  const version = activeVersion ? lookUp(TEMPLATE_VERSIONS, activeVersion) : undefined;
  return {
    name: state.key.name,
    deprecated: deprecated || false,
    ...(version === undefined
      ? {}
      : { active: { version: version.key.name, parameters: specOf(TEMPLATE_VERSIONS, version).parameters } }),
  };
};

const presetOf = (
  state: ObjectState,
  templateState: ObjectState,
  read: Pick<ObjectReader, 'get'>,
  index: Pick<PoolIndex, 'workspaces'>,
): ClaimedPreset => {
  const preset = specOf(PRESETS, state);
  const template = specOf(TEMPLATES, templateState);
  const { activeVersion = '' } = template;
  const invalidatedAt = latest(preset.prebuilds.invalidatedAt, template.invalidatedAt);
  const shortage = shortageOf(preset, statusOf(PRESETS, state), template);
  return {
    preset: state.key.name,
    parameters: preset.parameters,
    activeVersion,
    retiringVersions: retiringVersions(state, activeVersion, read, index),
    settings: poolSettingsOf(preset.prebuilds),
    ...(invalidatedAt === undefined ? {} : { invalidatedAt }),
    ...(shortage === undefined ? {} : { shortage }),
  };
};

const latest = (...times: readonly (string | undefined)[]): Instant | undefined =>
  times
    .map((time) => (time === undefined ? undefined : parseInstant(time)))
    .reduce((a, b) => (a === undefined || (b !== undefined && b > a) ? b : a), undefined);

/** A surge keeps instances of the versions before as long as the last decisions about their pools say so. */
const retiringVersions = (
  preset: ObjectState,
  activeVersion: string,
  read: Pick<ObjectReader, 'get'>,
  index: Pick<PoolIndex, 'workspaces'>,
): readonly string[] => {
  if (specOf(PRESETS, preset).prebuilds.replacement.strategy !== 'Surge') return [];
  const { namespace, name } = preset.key;
  const versions = new Set<string>();
  for (const { version } of index.workspaces(namespace, name)) versions.add(version);
  versions.delete(activeVersion);
  return [...versions].filter((version) => {
    const decision = read.get(keyOf(POOL_DECISIONS, namespace, decisionName(name, version)));
    return decision !== undefined && (specOf(POOL_DECISIONS, decision).state['desired'] ?? 0) > 0;
  });
};

/** What the planner last said about the pool tells it best; before it has, the spec does. */
const shortageOf = (
  { prebuilds }: PresetSpec,
  { desired, conditions = [] }: Partial<PresetStatus>,
  template: TemplateSpec,
): ClaimedPreset['shortage'] => {
  const holds = (type: string): boolean => conditions.some((known) => known.type === type && known.status === 'True');
  if (holds('HardLimited')) return 'HardLimited';
  if (prebuilds.paused || template.paused || holds('Paused')) return 'PoolPaused';
  const { instances, scheduling, demandExpression } = prebuilds;
  const unplanned = scheduling === undefined && demandExpression === undefined ? instances : undefined;
  return (desired ?? unplanned) === 0 ? 'PoolIsEmptyByDesign' : undefined;
};
