/** Which schedule holds now, and when that changes (rule book: Planning is pure, "Desired now"). */
import { cronsOverlap, matchesCron, parseCron, parseHours } from './cron.js';
import type { Cron } from './cron.js';
import type { FieldProblem } from './field-problem.js';
import { MINUTE, SECOND } from './instant.js';
import type { Instant } from './instant.js';
import { wallClockOf } from './wall-clock.js';
import type { WallClock } from './wall-clock.js';

export interface Schedule {
  readonly cron: string;
  readonly instances: number;
}

export interface Scheduling {
  readonly timezone: string;
  readonly schedules: readonly Schedule[];
}

/** A scheduling as it is followed: as a whole, without what cannot be used, or not at all. */
export type ScheduleTable =
  | { readonly status: 'none' }
  | { readonly status: 'off'; readonly problems: readonly FieldProblem[] }
  | {
      readonly status: 'followed';
      readonly clock: WallClock;
      readonly entries: readonly ScheduleEntry[];
      readonly skipped: readonly FieldProblem[];
    };

interface ScheduleEntry {
  readonly cron: Cron;
  readonly schedule: Schedule;
}

const tables = new WeakMap<Scheduling, ScheduleTable>();

/** Read once for each scheduling, however often its pool is planned. */
export const readScheduling = (scheduling: Scheduling): ScheduleTable => {
  const table = tables.get(scheduling) ?? tableOf(scheduling);
  tables.set(scheduling, table);
  return table;
};

const tableOf = ({ timezone, schedules }: Scheduling): ScheduleTable => {
  if (schedules.length === 0) return { status: 'none' };
  const clock = wallClockOf(timezone);
  if (clock === undefined) return { status: 'off', problems: [timezoneProblem(timezone)] };
  const problems = schedules.length > 1 ? comparisonProblems(schedules) : [];
  if (problems.length > 0) return { status: 'off', problems };

  // Expressions that were compared with others have passed the narrower syntax already.
  const parsed = schedules.map((schedule) => ({ schedule, ...parseCron(schedule.cron, 'full') }));
  return {
    status: 'followed',
    clock,
    entries: parsed.flatMap((entry) => (entry.ok ? [{ cron: entry.cron, schedule: entry.schedule }] : [])),
    skipped: unreadable(schedules),
  };
};

/** All that keeps a scheduling from being followed as it is written. */
export const schedulingProblems = ({ timezone, schedules }: Scheduling): readonly FieldProblem[] => {
  const compared = schedules.length > 1 ? comparisonProblems(schedules) : [];
  return [
    ...(wallClockOf(timezone) === undefined ? [timezoneProblem(timezone)] : []),
    ...compared,
    ...unreadable(schedules).filter(({ field }) => !compared.some((problem) => problem.field === field)),
  ];
};

const unreadable = (schedules: readonly Schedule[]): readonly FieldProblem[] =>
  schedules.flatMap(({ cron }, i) => {
    const parsed = parseCron(cron, 'full');
    return parsed.ok ? [] : [cronProblem(i, cron, parsed.problem)];
  });

const timezoneProblem = (timezone: string): FieldProblem => ({
  field: 'timezone',
  value: timezone,
  message: `"${timezone}" is no time zone; expected a name of the IANA database, such as Europe/Berlin or UTC`,
});

const cronProblem = (index: number, value: string, message: string): FieldProblem => ({
  field: `schedules[${index}].cron`,
  value,
  message,
});

/** Every expression that cannot be compared with the others, and every pair that overlaps. */
const comparisonProblems = (schedules: readonly Schedule[]): readonly FieldProblem[] => {
  const parsed = schedules.map(({ cron }) => parseHours(cron, 'comparable'));
  return parsed.flatMap((a, i) => {
    const value = schedules[i]?.cron ?? '';
    if (!a.ok) return [cronProblem(i, value, `${a.problem}, so it cannot be compared with the other schedules`)];
    const j = parsed.findIndex((b, other) => other < i && b.ok && cronsOverlap(a.cron, b.cron));
    if (j < 0) return [];
    return [cronProblem(i, value, `"${value}" overlaps "${schedules[j]?.cron}" of schedules[${j}]`)];
  });
};

/** The first schedule that holds at `now`; undefined when none does. */
export const scheduleAt = (table: ScheduleTable, now: Instant): Schedule | undefined =>
  table.status === 'followed' ? holdingAt(table, now)?.schedule : undefined;

type FollowedTable = Extract<ScheduleTable, { readonly status: 'followed' }>;

const holdingAt = ({ clock, entries }: FollowedTable, now: Instant): ScheduleEntry | undefined => {
  const time = clock.read(now);
  return entries.find(({ cron }) => matchesCron(cron, time));
};

const HOUR = 60n * MINUTE;
const HORIZON = 8n * 24n * HOUR;

/**
 * The first instant after `now` at which another schedule, or none, holds. Undefined when that lies more than eight days
 * ahead: ask again then.
 */
export const nextScheduleEdge = (table: ScheduleTable, now: Instant): Instant | undefined => {
  if (table.status !== 'followed' || table.entries.length === 0) return undefined;
  const known = searches.get(table);
  const isBegun = known !== undefined && known.from <= now && now < (known.edge ?? known.to);
  if (isBegun && known.edge !== undefined) return known.edge;
  const search = searchOn(table, { from: now, to: isBegun ? known.to : now }, now + HORIZON);
  searches.set(table, search);
  return search.edge;
};

/** The same schedule holds from `from` to `to`, or until the edge. */
interface EdgeSearch {
  readonly from: Instant;
  readonly to: Instant;
  readonly edge?: Instant;
}

/** How far each was looked through: pools are planned all the time, and edges are far apart. */
const searches = new WeakMap<ScheduleTable, EdgeSearch>();

const searchOn = (table: FollowedTable, { from, to }: EdgeSearch, end: Instant): EdgeSearch => {
  const before = holdingAt(table, from);
  const isChanged = (at: Instant): boolean => holdingAt(table, at) !== before;
  for (let at = to; at < end;) {
    const next = nextFullHour(table.clock, at);
    if (isChanged(next)) return { from, to, edge: firstChange(at, next, isChanged) };
    at = next;
    to = next;
  }
  return { from, to };
};

const nextFullHour = (clock: WallClock, instant: Instant): Instant => {
  const { minute, second } = clock.read(instant);
  const wholeSecond = instant - (((instant % SECOND) + SECOND) % SECOND);
  return wholeSecond + HOUR - BigInt(minute) * MINUTE - BigInt(second) * SECOND;
};

/** Clocks that were put forward or back within the hour change it before its end; to the second. */
const firstChange = (from: Instant, to: Instant, isChanged: (at: Instant) => boolean): Instant => {
  let [low, high] = [from / SECOND, to / SECOND];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (isChanged(middle * SECOND)) high = middle;
    else low = middle;
  }
  return high * SECOND;
};
