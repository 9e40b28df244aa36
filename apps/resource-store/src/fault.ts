import type * as platform from '@holdfast/nest-platform';

/** The points at which a crash test lets the store die. */
export const FAULT_POINTS = [
  'after-decide',
  'after-append',
  'before-reply',
  'before-take-over',
  'after-take-over',
  'before-publish',
  'after-publish',
] as const;

type FaultPoint = (typeof FAULT_POINTS)[number];
export type Fault = platform.Fault<FaultPoint>;
export type ReachPoint = platform.ReachPoint<FaultPoint>;
