/**
 * Cron expressions of schedules: minute, hour, day of month, month, day of week. The minute is always `*`, so that an
 * expression names whole hours.
 */

export interface CronField {
  readonly values: ReadonlySet<number>;
  /** Written as `*`: it then leaves the choice of the day to the other day field. */
  readonly any: boolean;
}

export interface Cron {
  readonly hour: CronField;
  readonly dayOfMonth: CronField;
  readonly month: CronField;
  readonly dayOfWeek: CronField;
}

/** A time as a clock on the wall of some zone shows it. */
export interface WallTime {
  readonly month: number;
  readonly dayOfMonth: number;
  /** 0 is Sunday. */
  readonly dayOfWeek: number;
  readonly hour: number;
}

/**
 * How much of the syntax may be used: `comparable` knows numbers, lists, ranges and `*`; `full` knows steps and names
 * too, but two such expressions cannot be told apart.
 */
export type CronSyntax = 'comparable' | 'full';

export type CronResult = { readonly ok: true; readonly cron: Cron } | { readonly ok: false; readonly problem: string };

interface FieldRule {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const HOUR: FieldRule = { name: 'hour', min: 0, max: 23, names: [] };
const DAY_OF_MONTH: FieldRule = { name: 'day of month', min: 1, max: 31, names: [] };
const MONTH: FieldRule = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const DAY_OF_WEEK: FieldRule = {
  name: 'day of week',
  min: 0,
  max: 6,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

/** Reads an expression of which the minute must be `*`. */
export const parseCron = (expression: string, syntax: CronSyntax): CronResult => {
  const minute = fieldsOf(expression)[0];
  if (minute !== undefined && minute !== '*')
    return { ok: false, problem: `minute "${minute}" is not "*": a schedule holds for whole hours` };
  return parseHours(expression, syntax);
};

/** Reads which hours an expression names, whatever its minute field says. */
export const parseHours = (expression: string, syntax: CronSyntax): CronResult => {
  const fields = fieldsOf(expression);
  const [, hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  if (fields.length !== 5)
    return {
      ok: false,
      problem: `it has ${fields.length} fields instead of 5 (minute, hour, day of month, month, day of week)`,
    };
  try {
    return {
      ok: true,
      cron: {
        hour: parseField(hour, HOUR, syntax),
        dayOfMonth: parseField(dayOfMonth, DAY_OF_MONTH, syntax),
        month: parseField(month, MONTH, syntax),
        dayOfWeek: parseField(dayOfWeek, DAY_OF_WEEK, syntax),
      },
    };
  } catch (error) {
    if (error instanceof CronFieldError) return { ok: false, problem: error.message };
    throw error;
  }
};

/** Whether an expression holds at a time of the wall clock: when both day fields are restricted, either may match. */
export const matchesCron = (cron: Cron, time: WallTime): boolean =>
  cron.hour.values.has(time.hour) && cron.month.values.has(time.month) && matchesDay(cron, time);

const matchesDay = ({ dayOfMonth, dayOfWeek }: Cron, time: WallTime): boolean => {
  const inMonth = dayOfMonth.values.has(time.dayOfMonth);
  const inWeek = dayOfWeek.values.has(time.dayOfWeek);
  return dayOfMonth.any || dayOfWeek.any ? inMonth && inWeek : inMonth || inWeek;
};

/** Whether two expressions may hold in the same hour; a day field that either leaves open does not tell them apart. */
export const cronsOverlap = (a: Cron, b: Cron): boolean =>
  shareValue(a.month, b.month) && daysOverlap(a, b) && shareValue(a.hour, b.hour);

const daysOverlap = (a: Cron, b: Cron): boolean => {
  if (a.dayOfMonth.any || b.dayOfMonth.any) return shareValue(a.dayOfWeek, b.dayOfWeek);
  if (a.dayOfWeek.any || b.dayOfWeek.any) return shareValue(a.dayOfMonth, b.dayOfMonth);
  return shareValue(a.dayOfMonth, b.dayOfMonth) || shareValue(a.dayOfWeek, b.dayOfWeek);
};

const shareValue = (a: CronField, b: CronField): boolean => [...a.values].some((value) => b.values.has(value));

class CronFieldError extends Error {
  constructor(rule: FieldRule, text: string, syntax: CronSyntax) {
    const names = syntax === 'full' && rule.names.length > 0 ? ` or ${rule.names[0]} to ${rule.names.at(-1)}` : '';
    const forms = syntax === 'full' ? 'numbers, names, lists, ranges, steps and "*"' : 'numbers, lists, ranges and "*"';
    super(`${rule.name} "${text}" is not made of ${forms} within ${rule.min} to ${rule.max}${names}`);
  }
}

const fieldsOf = (expression: string): readonly string[] => expression.split(/\s+/).filter((field) => field !== '');

const parseField = (text: string, rule: FieldRule, syntax: CronSyntax): CronField => {
  if (text === '*') return { values: new Set(span(rule.min, rule.max, 1)), any: true };
  const parts = text.split(',').map((part) => parsePart(part, rule, syntax));
  if (parts.some((part) => part === undefined)) throw new CronFieldError(rule, text, syntax);
  return {
    values: new Set(parts.flatMap((part) => part?.values ?? [])),
    any: parts.some((part) => part?.any === true),
  };
};

interface Part {
  readonly values: readonly number[];
  readonly any: boolean;
}

/** One element of a list: `5`, `1-5`, and in the full syntax also `*`, `mon-fri`, `1-9/2`, `5/2` (to the end). */
const parsePart = (text: string, rule: FieldRule, syntax: CronSyntax): Part | undefined => {
  if (syntax === 'comparable') return parseRange(text, { ...rule, names: [] });
  const [range = '', step, ...rest] = text.split('/');
  if (rest.length > 0 || (step !== undefined && !isStep(step))) return undefined;
  const every = step === undefined ? 1 : Number(step);
  if (range === '*') return { values: span(rule.min, rule.max, every), any: every === 1 };
  const bounds = parseRange(step === undefined || range.includes('-') ? range : `${range}-${rule.max}`, rule);
  return bounds && { values: bounds.values.filter((_, i) => i % every === 0), any: false };
};

const isStep = (text: string): boolean => /^\d{1,4}$/.test(text) && Number(text) > 0;

const parseRange = (text: string, rule: FieldRule): Part | undefined => {
  const [from = '', to = from, ...rest] = text.split('-');
  const [low, high] = [parseValue(from, rule), parseValue(to, rule)];
  if (rest.length > 0 || low === undefined || high === undefined || low > high) return undefined;
  return { values: span(low, high, 1), any: false };
};

const parseValue = (text: string, { min, max, names }: FieldRule): number | undefined => {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return min + index;
  const value = Number(text);
  return /^\d{1,4}$/.test(text) && value >= min && value <= max ? value : undefined;
};

const span = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
