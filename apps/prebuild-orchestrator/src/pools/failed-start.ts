/** Builds that failed as they happen, for those who count them. */
import { objectAt, stringAt } from '@holdfast/kernel';
import { POOL_OWNER, WORKSPACES } from '@holdfast/prebuild';
import { specOf } from '@holdfast/reconcile';
import type { Change, ObjectState } from '@holdfast/reconcile';

/** Whether a build that was to make an instance of a pool has failed with this change of a Workspace. */
export const isFailedStart = ({ before, after }: Change): boolean =>
  before !== undefined &&
  after !== undefined &&
  specOf(WORKSPACES, after).owner === POOL_OWNER &&
  hasFailedToStart(after) &&
  !hasFailedToStart(before);

const hasFailedToStart = ({ object }: ObjectState): boolean => {
  const build = objectAt(objectAt(object, 'status'), 'build');
  return stringAt(build, 'transition') === 'start' && stringAt(build, 'status') === 'failed';
};
