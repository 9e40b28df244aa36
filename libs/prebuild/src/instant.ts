/** Time as whole nanoseconds since 1970: rules compare strictly, so a reading must not be rounded on its way in. */

export type Instant = bigint;
export type Duration = bigint;

export const SECOND: Duration = 1_000_000_000n;
export const MINUTE: Duration = 60n * SECOND;
/** The last instant that RFC 3339 can write. */
export const END_OF_TIME: Instant = 253_402_300_800n * SECOND - 1n;
const MILLISECOND: Duration = 1_000_000n;

export const seconds = (count: number): Duration => BigInt(Math.round(count * 1e9));

export const instantOf = (date: Date): Instant => BigInt(date.getTime()) * MILLISECOND;

/** The millisecond that holds the instant. */
export const millisecondsOf = (instant: Instant): number =>
  Number(instant >= 0n ? instant / MILLISECOND : (instant - MILLISECOND + 1n) / MILLISECOND);

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads an RFC 3339 time with any offset, to the nanosecond; undefined when it is none. */
export const parseInstant = (text: string): Instant | undefined => {
  const [, day = '', clock = '', fraction = '', offset = ''] = RFC_3339.exec(text) ?? [];
  const local = Date.parse(`${day}T${clock}Z`);
  // A day that the month does not have would otherwise be read as one of the next month.
  if (Number.isNaN(local) || new Date(local).toISOString() !== `${day}T${clock}.000Z`) return undefined;
  const utc = Date.parse(`${day}T${clock}${offset.toUpperCase()}`);
  return Number.isNaN(utc) ? undefined : BigInt(utc) * MILLISECOND + BigInt(fraction.padEnd(9, '0'));
};

/** RFC 3339 in UTC, with as many decimals as the instant has. */
export const formatInstant = (instant: Instant): string => {
  const milliseconds = millisecondsOf(instant);
  const nanoseconds = instant - BigInt(Math.floor(milliseconds / 1_000)) * SECOND;
  const fraction = nanoseconds.toString().padStart(9, '0').replace(/0+$/, '');
  return `${new Date(milliseconds).toISOString().slice(0, -5)}${fraction === '' ? '' : `.${fraction}`}Z`;
};
