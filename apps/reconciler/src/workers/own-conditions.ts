/**
 * Which conditions of an object are a worker's own, kept as an annotation of the object, so that those that a later answer
 * leaves out go. A type is recorded before its condition is written, and forgotten after it went: a crash between the two
 * leaves nothing behind.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { conditionsOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

export const conditionsAnnotation = (controller: string): string =>
  `${controller.slice(0, LONGEST_CONTROLLER)}.reconcilers.holdfast.dev/conditions`;

/** The prefix of an annotation has no more than 253 characters. */
const LONGEST_CONTROLLER = 228;

export interface OwnConditions {
  /** Of the metadata, as a merge patch; undefined when it says so already. */
  readonly record: JsonObject | undefined;
  /** Types that were answered before, and are no more. */
  readonly withdrawn: readonly string[];
}

export const ownConditions = (controller: string, { object }: ObjectState, answered: JsonObject): OwnConditions => {
  const annotation = conditionsAnnotation(controller);
  const recorded = stringAt(objectAt(objectAt(object, 'metadata'), 'annotations'), annotation) ?? '';
  const present = typesOf(objectAt(object, 'status'));
  const own = typesOf(answered);
  const withdrawn = recorded.split(',').filter((type) => present.includes(type) && !own.includes(type));
  const next = [...own, ...withdrawn].sort().join(',');
  const record = { annotations: { [annotation]: next === '' ? null : next } };
  return { record: next === recorded ? undefined : record, withdrawn };
};

const typesOf = (status: JsonObject): readonly string[] =>
  conditionsOf(status).map((condition) => stringAt(condition, 'type') ?? '');
