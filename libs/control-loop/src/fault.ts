import type * as platform from '@holdfast/nest-platform';

/** Where a crash test lets the reconciler die: a write of a run was accepted, and nothing was made of the answer yet. */
export const FAULT_POINTS = ['after-write'] as const;

export type ReachPoint = platform.ReachPoint<(typeof FAULT_POINTS)[number]>;
