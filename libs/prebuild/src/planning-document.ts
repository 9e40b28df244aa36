/** Planning from outside (rule book: "Planning from outside"): a document of JSON in, the planner's answer out. */
import { z } from 'zod';

import { formatInstant, parseInstant, seconds } from './instant.js';
import type { Instant } from './instant.js';
import { planPool } from './plan-pool.js';
import type { PoolAction, PoolPlan } from './plan-pool.js';
import type { InactiveReason, PoolSnapshot, Standing } from './pool-snapshot.js';
import type { PoolState } from './pool-state.js';
import { poolIdOf } from './pools-of.js';

export type PlanningAnswer =
  { readonly state: PoolState; readonly actions: readonly ActionDocument[] } | { readonly error: string };

export type ActionDocument =
  | { readonly type: 'cancel_pending' }
  | { readonly type: 'delete'; readonly ids: readonly string[] }
  | { readonly type: 'create'; readonly count: number }
  | { readonly type: 'backoff'; readonly until: string };

export type DocumentPlan =
  { readonly ok: true; readonly plan: PoolPlan } | { readonly ok: false; readonly error: string };

/** Plans the pool that a document describes; a document that cannot be accepted is answered with every field at fault. */
export const planDocument = (text: string): DocumentPlan => {
  const json = parseJson(text);
  if (!json.ok) return json;
  const input = unwrapped(json.value);
  const parsed = documentSchema.safeParse(input);
  if (!parsed.success)
    return { ok: false, error: parsed.error.issues.map((issue) => issueText(issue, input)).join('; ') };
  const document = parsed.data;
  const config = { backOffInterval: seconds(document.backoffIntervalSeconds) };
  return { ok: true, plan: planPool(snapshotOf(document), document.now, config) };
};

/** The answer in the form that other programs read. */
export const answerDocument = (planned: DocumentPlan): PlanningAnswer =>
  planned.ok
    ? { state: planned.plan.state, actions: planned.plan.actions.map(actionDocument) }
    : { error: planned.error };

/** An action in the form in which it is recorded and shown. */
export const actionDocument = (action: PoolAction): ActionDocument => {
  switch (action.kind) {
    case 'cancel-pending':
      return { type: 'cancel_pending' };
    case 'delete':
      return { type: 'delete', ids: action.ids };
    case 'create':
      return { type: 'create', count: action.count };
    case 'back-off':
      return { type: 'backoff', until: formatInstant(action.until) };
  }
};

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string };

const parseJson = (text: string): Json => {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, error: `it is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
};

/** A case that comes with a name and what is expected of it is planned as its input. */
const unwrapped = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'input' in value && !('preset' in value) ? value.input : value;

const issueText = ({ path, message, code }: z.core.$ZodIssue, document: unknown): string => {
  const field = path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
  const found = code === 'unrecognized_keys' ? '' : foundText(valueAt(document, path));
  return `${field === '' ? 'the document' : field}: ${message}${found}`;
};

const valueAt = (document: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    document,
  );

const LONGEST_VALUE = 80;

const foundText = (value: unknown): string => {
  if (value === undefined) return ', but it is missing';
  const text = JSON.stringify(value);
  return `, not ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}`;
};

/** Longer than any pool lives; beyond it dates would leave the calendar. */
const MOST_SECONDS = 100 * 365 * 86_400;
const MOST_FAILURES = 10_000;

const count = z
  .int({ error: 'expected a whole number' })
  .min(0, { error: 'expected a whole number from 0' })
  .max(1_000_000, { error: 'expected a whole number up to 1000000' });
const text = z.string({ error: 'expected a string' });
const flag = z.boolean({ error: 'expected true or false' });
const duration = z
  .number({ error: 'expected a number of seconds' })
  .min(0, { error: 'expected a number of seconds from 0' })
  .max(MOST_SECONDS, { error: `expected at most ${MOST_SECONDS} seconds` });
const TIME = 'expected a time such as 2025-06-02T09:00:00Z';
const instant = z.string({ error: TIME }).transform((value, context): Instant => {
  const read = parseInstant(value);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: TIME });
  return z.NEVER;
});
const listOf = <T extends z.ZodType>(element: T) => z.array(element, { error: 'expected a list' });
const form = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `it has no ${issue.keys.map((key) => `"${key}"`).join(', ')}`
        : 'expected an object',
  });

const eachIdOnce = (instances: readonly { readonly id: string }[], context: z.RefinementCtx): void => {
  const seen = new Set<string>();
  instances.forEach(({ id }, i) => {
    if (seen.has(id)) context.addIssue({ code: 'custom', message: 'expected each id once', path: [i, 'id'] });
    seen.add(id);
  });
};

const documentSchema = form({
  preset: form({
    id: text,
    templateId: text,
    templateVersionId: text,
    usingActiveVersion: flag,
    templateDeleted: flag,
    templateDeprecated: flag,
    desiredInstances: count.nullable(),
    ttlSeconds: duration.nullable(),
    lastInvalidatedAt: instant.nullable(),
    schedulingTimezone: text,
    schedules: listOf(form({ cron: text, instances: count })),
  }),
  now: instant,
  running: listOf(form({ id: text, presetId: text.nullable(), createdAt: instant, ready: flag })).superRefine(
    eachIdOnce,
  ),
  inProgress: listOf(
    form({
      presetId: text.nullable(),
      transition: z.enum(['start', 'stop', 'delete'], { error: 'expected "start", "stop" or "delete"' }),
      count,
    }),
  ),
  pendingNonActiveCount: count,
  backoff: form({
    presetId: text,
    numFailed: count.max(MOST_FAILURES, { error: `expected at most ${MOST_FAILURES}` }),
    lastBuildAt: instant.nullable(),
  }).nullable(),
  isHardLimited: flag,
  backoffIntervalSeconds: duration,
});

type PlanningDocument = z.infer<typeof documentSchema>;

/** What belongs to other presets may be in a document, and is left aside. */
const snapshotOf = ({ preset, ...document }: PlanningDocument): PoolSnapshot => {
  const isOwn = ({ presetId }: { readonly presetId: string | null }): boolean => presetId === preset.id;
  const started = (transition: 'start' | 'stop' | 'delete'): number =>
    document.inProgress
      .filter((build) => isOwn(build) && build.transition === transition)
      .reduce((sum, build) => sum + build.count, 0);
  const backoff = document.backoff !== null && isOwn(document.backoff) ? document.backoff : undefined;
  return {
    pool: poolIdOf(preset.id, preset.templateVersionId),
    preset: preset.id,
    template: preset.templateId,
    standing: standingOf(preset),
    settings: {
      instances: preset.desiredInstances ?? 0,
      ...(preset.ttlSeconds === null ? {} : { ttl: seconds(preset.ttlSeconds) }),
      scheduling: { timezone: preset.schedulingTimezone, schedules: preset.schedules },
    },
    ...(preset.lastInvalidatedAt === null ? {} : { invalidatedAt: preset.lastInvalidatedAt }),
    running: document.running.filter(isOwn),
    stopped: [],
    inProgress: { start: started('start'), stop: started('stop'), delete: started('delete') },
    pending: document.pendingNonActiveCount,
    ...failuresOf(backoff),
    hardLimit: document.isHardLimited ? 'limited' : 'clear',
  };
};

/** Without the time of a failure there is nothing to wait for. */
const failuresOf = (backoff: PlanningDocument['backoff'] | undefined): Pick<PoolSnapshot, 'failures'> => {
  const lastAt = backoff?.lastBuildAt ?? undefined;
  return backoff && lastAt !== undefined ? { failures: { count: backoff.numFailed, lastAt } } : {};
};

const standingOf = (preset: PlanningDocument['preset']): Standing => {
  const because = inactiveReason(preset);
  return because === undefined ? { status: 'active' } : { status: 'inactive', because };
};

const inactiveReason = (preset: PlanningDocument['preset']): InactiveReason | undefined => {
  if (preset.templateDeleted) return 'template-deleted';
  if (preset.templateDeprecated) return 'template-deprecated';
  return preset.usingActiveVersion ? undefined : 'version-not-active';
};
