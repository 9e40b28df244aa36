/** The status of a CustomResourceDefinition, which the decision itself fills in: names clash at one point in time only. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { Surroundings } from '../core-kinds/strategy.js';
import { findNameClash } from './accept-names.js';
import { conditionsOf, hasCondition, namesOf, storageVersionOf, storedVersionsOf } from './crd-object.js';
import type { Condition } from './crd-object.js';

/** The object with its status as it is once the write has happened. */
export const withCrdStatus = (crd: JsonObject, { before, state, now, subresource }: Surroundings): JsonObject => {
  const spec = objectAt(crd, 'spec');
  const wanted = namesOf(objectAt(spec, 'names'));
  const clash = findNameClash(wanted, state.kinds(stringAt(spec, 'group') ?? ''));
  const wasEstablished = before !== undefined && hasCondition(before.object, 'Established');
  const acceptedBefore = objectAt(objectAt(before?.object, 'status'), 'acceptedNames');
  const storedBefore = subresource === 'status' ? storedVersionsOf(crd) : storedVersionsOf(before?.object ?? {});
  const outcome: readonly Omit<Condition, 'lastTransitionTime'>[] = [
    clash === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...clash },
    clash === undefined || wasEstablished
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' },
  ];
  const conditions = outcome.reduce((all, condition) => withCondition(all, condition, now), conditionsOf(crd));
  const storage = storageVersionOf(crd);
  const storedVersions = [...new Set([...storedBefore, ...(storage === undefined ? [] : [storage])])];
  return {
    ...crd,
    status: {
      ...objectAt(crd, 'status'),
      conditions,
      acceptedNames: clash === undefined ? wanted : acceptedBefore,
      storedVersions,
    },
  };
};

/** The object as one that is being deleted: its kind takes nothing new, the rest is cleaned up. */
export const asTerminating = (crd: JsonObject, now: string): JsonObject => ({
  ...crd,
  status: {
    ...objectAt(crd, 'status'),
    conditions: withCondition(
      conditionsOf(crd),
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionInProgress',
        message: 'CustomResource deletion is in progress',
      },
      now,
    ),
  },
});

/** A condition keeps its transition time until its status changes. */
const withCondition = (
  conditions: readonly Condition[],
  { type, status, reason, message }: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): readonly Condition[] => {
  const at = conditions.findIndex((condition) => condition.type === type);
  const before = conditions[at];
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now;
  const after = { type, status, lastTransitionTime, reason, message };
  return at === -1 ? [...conditions, after] : conditions.with(at, after);
};
