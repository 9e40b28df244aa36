/**
 * Named points at which a test lets the process die, as a power failure would: HOLDFAST_FAULT=`<point>[:<n>]` kills it
 * when the point is reached for the n-th time (the first, when n is missing). Unset, every point is passed.
 */
import { z } from 'zod';

export interface Fault<Point extends string = string> {
  readonly point: Point;
  readonly occurrence: number;
}

/** Called at each point, by its name. */
export type ReachPoint<Point extends string> = (point: Point) => void;

/** The variable of a service with these points; anything else is refused. */
export const faultVariable = <Point extends string>(points: readonly Point[]) =>
  z
    .string()
    .optional()
    .refine((text) => text === undefined || parseFault(points, text) !== undefined, {
      message: `expected one of ${points.join(', ')}, with :<n> for the n-th time`,
    })
    .transform((text) => (text === undefined ? undefined : parseFault(points, text)));

export const faultPoints = <Point extends string>(fault: Fault<Point> | undefined): ReachPoint<Point> => {
  let reached = 0;
  return (point) => {
    if (fault?.point !== point) return;
    reached += 1;
    if (reached === fault.occurrence) process.kill(process.pid, 'SIGKILL');
  };
};

const parseFault = <Point extends string>(points: readonly Point[], text: string): Fault<Point> | undefined => {
  const [name, occurrence = '1', ...more] = text.split(':');
  const point = points.find((candidate) => candidate === name);
  const isNumber = /^[1-9]\d*$/.test(occurrence) && more.length === 0;
  return point === undefined || !isNumber ? undefined : { point, occurrence: Number(occurrence) };
};
