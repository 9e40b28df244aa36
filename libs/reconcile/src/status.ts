/** What the outcome of a run makes of the status of its object: the observed members, and conditions. */
import { jsonEquals, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

import { conditionsOf, setCondition } from './conditions.js';
import type { ConditionStatus, Observation } from './conditions.js';
import { isDeleting } from './object-cache.js';
import type { ObjectState } from './object-cache.js';
import type { Outcome } from './outcome.js';

/** Stands beside the condition that sums up, and cannot be it. */
export const STALLED = 'Stalled';
/** The longest message that a condition may have. */
const MESSAGE_LENGTH = 32_768;

/**
 * The object's next status, or undefined when the present one says the same already. The summary condition follows from
 * the outcome; `Stalled` stands beside it, in the same words, only while nothing but a changed declaration can help: in
 * other words it is somebody else's, and left alone. Of an object that is being deleted nothing is said to be as declared:
 * its conditions tell what holds it, or what was so before.
 */
export const nextStatus = (input: {
  /** As it is now. */
  readonly object: ObjectState;
  /** As the run saw it: the outcome is about this generation, whatever was declared since. */
  readonly seen: ObjectState;
  readonly outcome: Outcome;
  readonly condition: string;
  readonly now: Date;
}): JsonObject | undefined => {
  const { outcome, condition, now } = input;
  const isLeaving = leavesWell(input.object, outcome);
  if (isLeaving && outcome.status === undefined) return undefined;
  const observedGeneration = Number(objectAt(input.seen.object, 'metadata')['generation'] ?? 0);
  const before = objectAt(input.object.object, 'status');
  const summary: Observation = { type: condition, ...summaryOf(outcome), observedGeneration };
  const own = conditionsOf(outcome.status).map((one) => observed(one, observedGeneration));
  const withSummary = (isLeaving ? own : [...own, summary]).reduce<readonly JsonObject[]>(
    (known, observation) => setCondition(known, observation, now),
    conditionsOf(before).filter(({ type }) => !outcome.withdrawn?.some((withdrawn) => withdrawn === type)),
  );
  const others = conditionsOf(before).some(({ type }) => type === STALLED) && !saysStalled(before, condition);
  const isStalled = outcome.kind === 'stalled';
  const conditions = others ? withSummary : withStalled(withSummary, isStalled ? summary : undefined, now);
  const status: JsonObject = { ...before, ...outcome.status, observedGeneration, conditions };
  return jsonEquals(before, status) ? undefined : status;
};

/** Whether `Stalled` repeats what this summary condition says: written with it, in one step. */
const saysStalled = (status: JsonObject, summary: string): boolean => {
  const conditions = conditionsOf(status);
  const stalled = conditions.find(({ type }) => type === STALLED);
  const said = conditions.find(({ type }) => type === summary);
  return said?.['status'] === 'False' && ['reason', 'message'].every((member) => said[member] === stalled?.[member]);
};

const withStalled = (
  conditions: readonly JsonObject[],
  summary: Observation | undefined,
  now: Date,
): readonly JsonObject[] =>
  summary === undefined
    ? conditions.filter(({ type }) => type !== STALLED)
    : setCondition(conditions, { ...summary, type: STALLED, status: 'True' }, now);

/** A condition that the reconciler observed by itself; the store checks it against the kind's schema. */
const observed = (condition: JsonObject, observedGeneration: number): Observation => ({
  type: stringAt(condition, 'type') ?? '',
  status: condition['status'] as ConditionStatus,
  reason: stringAt(condition, 'reason') ?? '',
  message: stringAt(condition, 'message') ?? '',
  observedGeneration,
});

/** Nothing more is to be done, for now, about an object that is being deleted. */
const leavesWell = (object: ObjectState, { kind }: Outcome): boolean =>
  isDeleting(object) && (kind === 'done' || kind === 'after');

/** Whether the summary condition of an outcome differs, but for its message, from what the object says now. */
export const summaryMoves = (object: ObjectState, outcome: Outcome, condition: string): boolean => {
  if (leavesWell(object, outcome)) return false;
  const before = conditionsOf(objectAt(object.object, 'status')).find(({ type }) => type === condition);
  const { status, reason } = summaryOf(outcome);
  return before?.['status'] !== status || before['reason'] !== reason;
};

/** What the summary condition says of an outcome. */
export const summaryOf = (outcome: Outcome): Pick<Observation, 'status' | 'reason' | 'message'> => {
  switch (outcome.kind) {
    case 'done':
    case 'after':
      return { status: 'True', reason: outcome.reason ?? 'Reconciled', message: outcome.message ?? '' };
    case 'waiting':
    case 'stalled':
      return { status: 'False', reason: outcome.reason, message: outcome.message };
    case 'retry':
      return { status: 'False', reason: 'ReconcileError', message: outcome.error.message.slice(0, MESSAGE_LENGTH) };
  }
};
