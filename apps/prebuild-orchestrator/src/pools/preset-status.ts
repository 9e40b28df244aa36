/** What a preset says of its pools: numbers of the active one, and a condition for everything that holds it back. */
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { formatInstant, millisecondsOf, reasonText } from '@holdfast/prebuild';
import type { CountedFailuresStatus, Duration, Instant, PlanReason, PoolPlan, PresetStatus } from '@holdfast/prebuild';
import { conditionsOf, setCondition } from '@holdfast/reconcile';
import type { Observation } from '@holdfast/reconcile';

import { specChangedAt } from './facts-of.js';
import type { StoredPreset } from './pool-objects.js';

/** The cost of warmth changes all the time: it is written with what else changes, and else this often. */
const IDLE_WRITTEN_AFTER = 300;
const MILLISECOND = 1_000_000n;

/** When a build of a version worked last. */
export type LastBuilt = NonNullable<PresetStatus['lastBuilt']>[number];

export interface PresetView {
  readonly preset: StoredPreset;
  /** Of the active version; missing while there is none. */
  readonly plan: PoolPlan | undefined;
  /** What the active version does not take of its parameters. */
  readonly unfit: readonly string[];
  /** Failed builds that are kept as evidence. */
  readonly failed: number;
  /** Of all its versions. */
  readonly failures: readonly CountedFailuresStatus[];
  /** Of all its versions. */
  readonly lastBuilt: readonly LastBuilt[];
  /** Of the newest instance of the active version, when that is known. */
  readonly buildTook: Duration | undefined;
  /** So many seconds ready instances have waited, all together. */
  readonly idleSeconds: number;
}

/** The status to write; undefined when the present one says the same. */
export const presetStatus = (view: PresetView, now: Instant): JsonObject | undefined => {
  const { preset, plan, failed, failures, lastBuilt, buildTook } = view;
  const current = preset.state.object['status'] as JsonObject | undefined;
  const changedAt = specChangedAt(preset, now);
  const status: JsonObject = {
    ...current,
    observedGeneration: preset.generation,
    ...(changedAt === undefined ? {} : { specChangedAt: formatInstant(changedAt) }),
    ...numbersOf(plan),
    failed,
    failures: failures.map((counted) => ({ ...counted })),
    lastBuilt: lastBuilt.map((built) => ({ ...built })),
    ...(buildTook === undefined ? {} : { buildSeconds: Number(buildTook / MILLISECOND) / 1_000 }),
    conditions: conditionsAfter(view, current, now),
  };
  const idle = Math.floor(view.idleSeconds);
  const written = preset.status.idleInstanceSeconds ?? 0;
  if (jsonEquals(status, current) && idle < written + IDLE_WRITTEN_AFTER) return undefined;
  return { ...status, idleInstanceSeconds: Math.max(idle, written) };
};

const numbersOf = (plan: PoolPlan | undefined): JsonObject => {
  const { actual = 0, desired = 0, eligible = 0, starting = 0, expired = 0 } = plan?.state ?? {};
  return { running: actual, desired, eligible, starting, expired };
};

const conditionsAfter = (view: PresetView, current: JsonObject | undefined, now: Instant): readonly JsonObject[] => {
  const time = new Date(millisecondsOf(now));
  const observed = presetObservations(view);
  const types = new Set(observed.map(({ type }) => type));
  const isOurs = ({ type }: JsonObject): boolean => typeof type === 'string' && OWN_TYPES.has(type);
  // What is not asked for any more is not said either.
  const kept = conditionsOf(current).filter(
    (condition) => !isOurs(condition) || types.has(condition['type'] as string),
  );
  return observed.reduce<readonly JsonObject[]>(
    (conditions, observation) => setCondition(conditions, observation, time),
    kept,
  );
};

const OWN_TYPES = new Set([
  'Ready',
  'Paused',
  'ParametersValid',
  'HardLimited',
  'BackingOff',
  'ExpireBeforeReady',
  'Scheduling',
  'DemandExpression',
]);

/** A condition as it is observed, before it has a time. */
export const presetObservations = (view: Pick<PresetView, 'preset' | 'plan' | 'unfit'>): readonly Observation[] => {
  const { preset, plan, unfit } = view;
  const { prebuilds } = preset.spec;
  const reasons = plan?.reasons ?? [];
  const said = [
    readiness(plan),
    paused(reasons),
    ...(plan === undefined ? [] : [parametersValid(unfit)]),
    hardLimited(reasons),
    backingOff(plan),
    ...(prebuilds.ttlSeconds === undefined ? [] : [expireBeforeReady(reasons)]),
    ...(prebuilds.scheduling === undefined ? [] : [scheduling(reasons)]),
    ...(prebuilds.demandExpression === undefined ? [] : [demandExpression(reasons)]),
  ];
  return said.map((condition) => ({ ...condition, observedGeneration: preset.generation }));
};

type Said = Omit<Observation, 'observedGeneration'>;

const HELD_BACK: ReadonlySet<PlanReason['kind']> = new Set(['held-back', 'surge-is-full', 'parameters-unfit']);

const NO_ACTIVE_VERSION = 'the template has no active version';

const readiness = (plan: PoolPlan | undefined): Said => {
  const say = (status: Said['status'], reason: string, message: string): Said => ({
    type: 'Ready',
    status,
    reason,
    message,
  });
  if (plan === undefined) return say('False', 'NoActiveVersion', NO_ACTIVE_VERSION);
  const inactive = find(plan.reasons, 'inactive');
  if (inactive !== undefined) return say('False', 'Inactive', reasonText(inactive));
  const { desired, eligible } = plan.state;
  const heldBack = plan.reasons.filter(({ kind }) => HELD_BACK.has(kind)).map(reasonText);
  const message = [`${eligible} of ${desired} ready`, ...heldBack].join('; ');
  return eligible >= desired ? say('True', 'Filled', message) : say('False', 'Filling', message);
};

const paused = (reasons: readonly PlanReason[]): Said => {
  const reason = find(reasons, 'paused');
  if (reason === undefined) return no('Paused', 'Running', 'nobody has paused it');
  const by = { system: 'SystemPaused', template: 'TemplatePaused', preset: 'PresetPaused' }[reason.by];
  return { type: 'Paused', status: 'True', reason: by, message: reasonText(reason) };
};

const parametersValid = (unfit: readonly string[]): Said =>
  unfit.length > 0
    ? no('ParametersValid', 'NotAccepted', unfit.join('; '))
    : { type: 'ParametersValid', status: 'True', reason: 'Accepted', message: 'the active version takes them' };

const hardLimited = (reasons: readonly PlanReason[]): Said => {
  const reason = find(reasons, 'hard-limited');
  const idle = idleText(reasons);
  if (reason === undefined && idle !== undefined) return no('HardLimited', 'NothingIsBuilt', idle);
  if (reason === undefined) return no('HardLimited', 'BuildsWork', 'the newest builds have not all failed');
  const probing = reason.probe ? 'Probing' : 'TooManyFailures';
  return { type: 'HardLimited', status: 'True', reason: probing, message: reasonText(reason) };
};

const backingOff = (plan: PoolPlan | undefined): Said => {
  const action = plan?.actions.find(({ kind }) => kind === 'back-off');
  const reasons = plan?.reasons ?? [];
  if (action?.kind !== 'back-off') return no('BackingOff', 'NothingToWaitFor', notWaitingText(plan, reasons));
  const reason = find(reasons, 'backing-off');
  const until = `after failed builds nothing is created until ${formatInstant(action.until)} at the earliest`;
  const message = reason === undefined ? until : reasonText(reason);
  return { type: 'BackingOff', status: 'True', reason: 'BuildsFailed', message };
};

/** What is true of a pool that does not back off: something else may keep it from creating. */
const notWaitingText = (plan: PoolPlan | undefined, reasons: readonly PlanReason[]): string => {
  if (plan === undefined) return NO_ACTIVE_VERSION;
  const held = find(reasons, 'hard-limited') ?? find(reasons, 'parameters-unfit');
  return idleText(reasons) ?? (held === undefined ? 'creates as soon as needed' : reasonText(held));
};

/** Why a pool creates nothing, whatever its builds came to. */
const idleText = (reasons: readonly PlanReason[]): string | undefined => {
  const idle = find(reasons, 'paused') ?? find(reasons, 'inactive');
  return idle === undefined ? undefined : reasonText(idle);
};

const expireBeforeReady = (reasons: readonly PlanReason[]): Said => {
  const reason = find(reasons, 'expire-before-ready');
  if (reason === undefined)
    return no('ExpireBeforeReady', 'LongEnough', 'no instance is known to have expired before it was ready');
  return { type: 'ExpireBeforeReady', status: 'True', reason: 'TtlTooShort', message: reasonText(reason) };
};

const scheduling = (reasons: readonly PlanReason[]): Said => {
  const off = find(reasons, 'scheduling-off');
  if (off !== undefined)
    return { type: 'Scheduling', status: 'False', reason: 'SchedulingOff', message: reasonText(off) };
  const skipped = find(reasons, 'schedule-skipped');
  if (skipped !== undefined)
    return { type: 'Scheduling', status: 'False', reason: 'ScheduleSkipped', message: reasonText(skipped) };
  const held = find(reasons, 'scheduled') ?? find(reasons, 'unscheduled');
  const message = held === undefined ? 'the schedules are followed' : reasonText(held);
  return { type: 'Scheduling', status: 'True', reason: 'Followed', message };
};

const demandExpression = (reasons: readonly PlanReason[]): Said => {
  const fell = find(reasons, 'demand-fell-back');
  if (fell !== undefined)
    return { type: 'DemandExpression', status: 'False', reason: 'FellBack', message: reasonText(fell) };
  return { type: 'DemandExpression', status: 'True', reason: 'Followed', message: 'the expression is followed' };
};

const no = (type: string, reason: string, message: string): Said => ({ type, status: 'False', reason, message });

const find = <Kind extends PlanReason['kind']>(
  reasons: readonly PlanReason[],
  kind: Kind,
): Extract<PlanReason, { kind: Kind }> | undefined =>
  reasons.find((reason): reason is Extract<PlanReason, { kind: Kind }> => reason.kind === kind);
