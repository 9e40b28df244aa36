/** Reasons as people read them: the rule, its figures, and what can be done about it. */
import { assertNever } from '@holdfast/kernel';

import { formatInstant, SECOND } from './instant.js';
import type { Duration, Instant } from './instant.js';
import type {
  Bound,
  Budget,
  CreationReason,
  PlanReason,
  StandingReason,
  SurplusReason,
  TargetReason,
} from './plan-reason.js';
import type { Failures } from './pool-snapshot.js';

/** A reason as a sentence, with its values; the same for as long as what it tells is so. */
export const reasonText = (reason: PlanReason): string => {
  switch (reason.kind) {
    case 'scheduling-off':
    case 'schedule-skipped':
    case 'scheduled':
    case 'unscheduled':
    case 'demanded':
    case 'demand-fell-back':
    case 'bounded':
      return targetText(reason);
    case 'older-than-ttl':
    case 'invalidated':
    case 'stopped':
    case 'extraneous':
      return `${namesText(reason.ids)} ${reason.ids.length === 1 ? 'is' : 'are'} deleted: ${surplusText(reason)}`;
    case 'inactive':
    case 'kept-by-surge':
    case 'paused':
      return standingText(reason);
    default:
      return creationText(reason);
  }
};

const targetText = (reason: TargetReason): string => {
  switch (reason.kind) {
    case 'scheduling-off':
      return `no schedule is followed: ${reason.problems.map(({ message }) => message).join('; ')}`;
    case 'schedule-skipped':
      return `${reason.problem.field} is skipped: ${reason.problem.message}`;
    case 'scheduled':
      return `the schedule "${reason.cron}" (${reason.timezone}) asks for ${reason.instances}${untilText(reason.until)}`;
    case 'unscheduled':
      return `no schedule holds${untilText(reason.until)}: instances asks for ${reason.instances}`;
    case 'demanded':
      return `the demand expression ${reason.expression} gives ${reason.instances}${figuresText(reason.from)}`;
    case 'demand-fell-back':
      return `the demand expression is not followed, and ${reason.instances} stays: ${reason.problem}`;
    case 'bounded':
      return `${reason.asked} becomes ${reason.limit}: ${BOUNDS[reason.bound]}`;
    default:
      return assertNever(reason);
  }
};

const BOUNDS: Readonly<Record<Bound, string>> = {
  min: 'min allows no fewer',
  max: 'max allows no more',
  'demand-max': 'an expression gets no more where there is no max',
};

const untilText = (until: Instant | undefined): string => (until === undefined ? '' : ` until ${formatInstant(until)}`);

const figuresText = (figures: Readonly<Record<string, number>>): string => {
  const known = Object.entries(figures).map(([name, value]) => `${name} = ${value}`);
  return known.length === 0 ? '' : `, with ${known.join(', ')}`;
};

const surplusText = (reason: SurplusReason): string => {
  switch (reason.kind) {
    case 'older-than-ttl':
      return `older than ttlSeconds allows (${secondsText(reason.ttl)})`;
    case 'invalidated':
      return `created before the invalidation of ${formatInstant(reason.at)}`;
    case 'stopped':
      return `stopped, so that nobody can claim ${reason.ids.length === 1 ? 'it' : 'them'}`;
    case 'extraneous':
      return `${reason.ids.length} more than the ${reason.desired} desired, those not ready first, then the oldest`;
    default:
      return assertNever(reason);
  }
};

const MOST_NAMES = 3;

/** The action names them all. */
const namesText = (ids: readonly string[]): string => {
  const names = ids.slice(0, MOST_NAMES).map(nameIn);
  const others = ids.length - names.length;
  return others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more`;
};

const creationText = (reason: CreationReason): string => {
  switch (reason.kind) {
    case 'backing-off':
      return `${failuresText(reason.failures)}; the next is tried after ${formatInstant(reason.until)}, or at once with \`holdfast prebuilds retry ${nameIn(reason.preset)}\`${logsText(reason.failures)}`;
    case 'hard-limited':
      return `hard-limited: ${failuresText(reason.failures)}; ${reason.probe ? 'one more is tried' : probeText(reason)}${logsText(reason.failures)}`;
    case 'parameters-unfit':
      return `nothing is created: the active version does not take the preset's parameters: ${reason.problems.join('; ')}`;
    case 'held-back':
      return `${reason.count} more ${waitText(reason.count)}: ${budgetText(reason.by)}`;
    case 'surge-is-full':
      return `${reason.count} more ${waitText(reason.count)}: the surge allows ${reason.most} of all versions together, and ${reason.previous} of those before ${reason.previous === 1 ? 'is' : 'are'} left`;
    case 'expire-before-ready':
      return `instances expire before they are ready: the newest took ${secondsText(reason.took)} to build, and ttlSeconds allows ${secondsText(reason.ttl)}`;
    default:
      return assertNever(reason);
  }
};

const failuresText = (failures: Failures | undefined): string => {
  if (failures === undefined) return 'the newest builds all failed';
  const { count, last } = failures;
  const failed = count === 1 ? 'the newest build failed' : `the newest ${count} builds failed`;
  return last === undefined ? failed : `${failed}, ${nameIn(last.workspace)} last: ${shortened(last.message)}`;
};

const probeText = ({ preset, failures }: Extract<CreationReason, { kind: 'hard-limited' }>): string => {
  const after = failures?.probeAfter;
  const when = after === undefined ? 'after a cool-down' : `after ${formatInstant(after)}`;
  return `one is tried ${when}, when the spec of the preset changes, or with \`holdfast prebuilds retry ${nameIn(preset)}\``;
};

const logsText = (failures: Failures | undefined): string =>
  failures?.last === undefined
    ? ''
    : `; \`holdfast prebuilds logs ${nameIn(failures.last.workspace)}\` shows what it printed`;

const LONGEST_MESSAGE = 160;

/** One line of a message, as far as it can be read at a glance. */
export const shortened = (message: string): string => {
  const line = message.trim().split('\n')[0] ?? '';
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
};

const waitText = (count: number): string => (count === 1 ? 'waits' : 'wait');

const budgetText = ({ of, most }: Budget): string => {
  switch (of) {
    case 'preset':
      return `its preset has at most ${most} starting at once (maxConcurrentCreations)`;
    case 'template':
      return `a template has at most ${most} starting at once`;
    case 'system':
      return `the whole system has at most ${most} starting at once`;
  }
};

const standingText = (reason: StandingReason): string => {
  switch (reason.kind) {
    case 'inactive':
      return `the pool is emptied: ${INACTIVE[reason.because]}${reason.told === undefined ? '' : `: ${reason.told}`}`;
    case 'kept-by-surge':
      return `${reason.kept} ${reason.kept === 1 ? 'is' : 'are'} kept by the surge: ${reason.ready} of the ${reason.desired} desired of the active version ${reason.ready === 1 ? 'is' : 'are'} ready`;
    case 'paused':
      return `nothing is created or deleted: paused by the ${reason.by}`;
    default:
      return assertNever(reason);
  }
};

const INACTIVE = {
  'version-replaced': 'its version was replaced by the active one',
  'version-not-active': 'its version is not the active one',
  'template-deleted': 'its template is deleted',
  'template-deprecated': 'its template is deprecated',
  'preset-deleted': 'its preset is deleted',
} as const;

const secondsText = (duration: Duration): string => `${Number(duration) / Number(SECOND)} s`;

const nameIn = (id: string): string => id.slice(id.indexOf('/') + 1);
