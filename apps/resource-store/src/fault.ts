/**
 * Named points at which a test lets the process die, as a power failure would: HOLDFAST_FAULT=`<point>[:<n>]` kills it
 * when the point is reached for the n-th time (the first, when n is missing). Unset, every point is passed.
 */
export const FAULT_POINTS = [
  'after-decide',
  'after-append',
  'before-reply',
  'before-take-over',
  'after-take-over',
  'before-publish',
  'after-publish',
] as const;

export type FaultPoint = (typeof FAULT_POINTS)[number];

export interface Fault {
  readonly point: FaultPoint;
  readonly occurrence: number;
}

/** Called at each point, by its name. */
export type ReachPoint = (point: FaultPoint) => void;

export const parseFault = (text: string): Fault | undefined => {
  const [name, occurrence = '1'] = text.split(':');
  const point = FAULT_POINTS.find((candidate) => candidate === name);
  return point === undefined || !/^[1-9]\d*$/.test(occurrence) ? undefined : { point, occurrence: Number(occurrence) };
};

export const faultPoints = (fault: Fault | undefined): ReachPoint => {
  let reached = 0;
  return (point) => {
    if (fault?.point !== point) return;
    reached += 1;
    if (reached === fault.occurrence) process.kill(process.pid, 'SIGKILL');
  };
};
