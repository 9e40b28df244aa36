import { assertNever } from '@holdfast/kernel';

import type { PlanReason } from './plan-pool.js';

/** A reason as a sentence, with its values. */
export const reasonText = (reason: PlanReason): string => {
  switch (reason.kind) {
    case 'inactive':
      return `the pool is emptied: ${INACTIVE[reason.because]}`;
    case 'paused':
      return `nothing is created or deleted: paused by the ${reason.by}`;
    case 'scheduling-off':
      return `no schedule is followed: ${reason.problems.map(({ message }) => message).join('; ')}`;
    case 'schedule-skipped':
      return `${reason.problem.field} is skipped: ${reason.problem.message}`;
    case 'demand-fell-back':
      return `the demand expression is not followed: ${reason.problem}`;
    case 'bounded':
      return `${reason.asked} would be beyond ${reason.bound}`;
    case 'parameters-unfit':
      return `nothing is created: the active version does not take the preset's parameters: ${reason.problems.join('; ')}`;
    case 'hard-limited':
      return reason.probe
        ? 'hard-limited, since the newest builds all failed: one build is tried'
        : 'hard-limited, since the newest builds all failed: none is started until the cool-down is over, the spec changes, or `holdfast prebuilds retry`; `holdfast prebuilds logs` tells why they failed';
    case 'held-back':
      return `${reason.count} more wait: ${HELD_BACK[reason.by]}`;
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

const HELD_BACK = {
  preset: 'its preset creates as many at once as it may',
  template: 'its template creates as many at once as it may',
  system: 'as many are created at once as the system allows',
  surge: 'the previous version has to make room first',
} as const;
