/** What the status of a Reconciler says. It follows from what every replica knows, so that any may write it. */
import { reconcileSubject } from '@holdfast/contracts';
import { jsonEquals, objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { conditionsOf, setCondition } from '@holdfast/reconcile';
import type { ObjectState, Observation } from '@holdfast/reconcile';

import type { Verdict } from './judge-reconcilers.js';
import { NO_WORKER } from './worker-reconciler.js';

/** Undefined when it already says so. */
export const reconcilerStatus = (input: {
  readonly state: ObjectState;
  readonly verdict: Verdict;
  /** The objects of its kind. */
  readonly objects: readonly ObjectState[];
  readonly now: Date;
}): JsonObject | undefined => {
  const { state, verdict, objects, now } = input;
  const before = objectAt(state.object, 'status');
  const observedGeneration = Number(objectAt(state.object, 'metadata')['generation'] ?? 0);
  const work = verdict.status === 'accepted' ? workOf(verdict.reconciler.spec.condition, objects) : [];
  const observations = [acceptedOf(verdict), availableOf(verdict, state.key.name, work)];
  const conditions = observations.reduce(
    (list, observed) => setCondition(list, { ...observed, observedGeneration }, now),
    conditionsOf(before),
  );
  const status: JsonObject = {
    observedGeneration,
    conditions,
    ...(verdict.status === 'accepted' ? described(state.key.name, objects, work) : {}),
  };
  return jsonEquals(before, status) ? undefined : status;
};

/** An object and its condition. */
interface Work {
  readonly state: ObjectState;
  readonly condition: JsonObject;
}

const workOf = (type: string, objects: readonly ObjectState[]): readonly Work[] =>
  objects.flatMap((state) => {
    const condition = conditionsOf(objectAt(state.object, 'status')).find((one) => one['type'] === type);
    return condition === undefined ? [] : [{ state, condition }];
  });

const acceptedOf = (verdict: Verdict): Omit<Observation, 'observedGeneration'> =>
  verdict.status === 'accepted'
    ? { type: 'Accepted', status: 'True', reason: 'Accepted', message: '' }
    : { type: 'Accepted', status: 'False', reason: verdict.reason, message: verdict.message };

const availableOf = (
  verdict: Verdict,
  name: string,
  work: readonly Work[],
): Omit<Observation, 'observedGeneration'> => {
  const type = 'Available';
  if (verdict.status === 'refused') {
    return { type, status: 'False', reason: 'NotAccepted', message: 'no worker is called before it is accepted' };
  }
  if (work.some(({ condition }) => condition['reason'] === NO_WORKER)) {
    return { type, status: 'False', reason: NO_WORKER, message: `no worker listens on ${reconcileSubject(name)}` };
  }
  if (work.length > 0) return { type, status: 'True', reason: 'WorkersAnswer', message: '' };
  return { type, status: 'Unknown', reason: 'NotCalled', message: 'no worker was called yet' };
};

const described = (name: string, objects: readonly ObjectState[], work: readonly Work[]): JsonObject => {
  const problem = newestProblem(work);
  return {
    subject: reconcileSubject(name),
    objects: objects.length,
    ready: work.filter(({ condition }) => condition['status'] === 'True').length,
    ...(problem === undefined ? {} : { lastProblem: problem }),
  };
};

const newestProblem = (work: readonly Work[]): JsonObject | undefined => {
  const problems = work
    .filter(({ condition }) => condition['status'] === 'False')
    .map(({ state, condition }) => ({
      object: [state.key.namespace, state.key.name].filter((part) => part !== '').join('/'),
      reason: stringAt(condition, 'reason') ?? '',
      message: (stringAt(condition, 'message') ?? '').slice(0, LONGEST_MESSAGE),
      since: stringAt(condition, 'lastTransitionTime') ?? '',
    }));
  return problems.sort((a, b) => (a.since + a.object < b.since + b.object ? 1 : -1))[0];
};

const LONGEST_MESSAGE = 1_024;
