import type * as platform from '@holdfast/nest-platform';

/**
 * Where a crash test lets the provisioner die: a build is noted as begun; a script of it runs; its work is done and not
 * noted; its end is noted and not reported; its end is reported and the job not acknowledged.
 */
export const FAULT_POINTS = ['begun', 'script-runs', 'done', 'ended', 'reported'] as const;

export type ReachPoint = platform.ReachPoint<(typeof FAULT_POINTS)[number]>;
