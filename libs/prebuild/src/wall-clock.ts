/** What clocks show in a time zone, by the platform's own database of zones. */
import type { WallTime } from './cron.js';
import { millisecondsOf } from './instant.js';
import type { Instant } from './instant.js';

export interface WallClock {
  /** What the zone's clocks show at an instant; an hour that is skipped is never shown, one that is repeated is shown twice. */
  read(instant: Instant): WallTime & { readonly minute: number; readonly second: number };
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** The platform's readers are costly to make; a zone has one, and no more of them are kept than there are zones. */
const clocks = new Map<string, WallClock>();
const MOST_CLOCKS = 700;

/** The clock of a named zone; undefined when the platform does not know the name. */
export const wallClockOf = (timezone: string): WallClock | undefined => {
  const known = clocks.get(timezone);
  if (known !== undefined) return known;
  const reader = readerOf(timezone);
  if (reader === undefined) return undefined;
  const clock = rememberingLast((instant) => readParts(reader, instant));
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(timezone, clock);
  return clock;
};

/** Pools are planned together, all at one instant. */
const rememberingLast = (read: WallClock['read']): WallClock => {
  let last: { readonly instant: Instant; readonly time: ReturnType<WallClock['read']> } | undefined;
  return {
    read: (instant) => {
      if (last?.instant !== instant) last = { instant, time: read(instant) };
      return last.time;
    },
  };
};

const readerOf = (timezone: string): Intl.DateTimeFormat | undefined => {
  // Newer platforms take offsets, too: they are no zones, and know no daylight-saving time.
  if (!/^[A-Za-z]/.test(timezone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      weekday: 'short',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const readParts = (reader: Intl.DateTimeFormat, instant: Instant): ReturnType<WallClock['read']> => {
  const found: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of reader.formatToParts(millisecondsOf(instant))) found[type] = value;
  return {
    month: Number(found.month),
    dayOfMonth: Number(found.day),
    dayOfWeek: WEEKDAYS.indexOf(found.weekday ?? ''),
    hour: Number(found.hour),
    minute: Number(found.minute),
    second: Number(found.second),
  };
};
