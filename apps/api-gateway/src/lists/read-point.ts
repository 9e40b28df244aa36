/** From how new a read has to be to the version that is read, once the read models have come to it. */
import { boundaryOf, positionOf } from '@holdfast/contracts';
import { assertNever } from '@holdfast/kernel';
import type { RefusalError } from '@holdfast/kernel';
import type { RequestContext } from '../http/resolved-request.js';
import { refuse, versionTooLarge } from '../http/status-error.js';
import type { Freshness } from './freshness.js';

/** Where a read stands. */
export interface ReadPoint {
  /** The version to be read; undefined for as new as the rows are. */
  readonly at: number | undefined;
  /** How far the rows must reach. */
  readonly least: number;
}

export interface ReadPointSources {
  /** The confirmed end of the log, looked up after the call began. */
  readonly confirmedEnd: (context: RequestContext) => Promise<number>;
  /** True once the read models have come to a version, false when they have not at the deadline (milliseconds). */
  readonly projected: (version: number, deadline: number) => Promise<boolean>;
  /** The version that the log stood at at a moment; undefined before its first commit. */
  readonly versionAtTime: (moment: Date) => Promise<number | undefined>;
}

/** Nobody waits longer for a version that nobody may ever write. */
const FUTURE_LIMIT_MS = 3_000;
/** Smaller than every version: at it, nothing exists yet. */
const BEFORE_ALL = 1;

export const readPointOf = async (
  freshness: Freshness,
  context: RequestContext,
  sources: ReadPointSources,
): Promise<ReadPoint> => {
  switch (freshness.is) {
    case 'any':
      return { at: undefined, least: 0 };
    case 'newest': {
      const least = await projectedEnd(context, sources);
      return { at: undefined, least };
    }
    case 'notOlderThan':
      return { at: undefined, least: await notOlderThan(freshness.version, context, sources) };
    case 'exact':
      return exactly(endOfCommit(freshness.version), context, sources);
    case 'continued':
      return exactly(freshness.token.version, context, sources);
    case 'moment': {
      const least = await projectedEnd(context, sources);
      return { at: (await sources.versionAtTime(freshness.at)) ?? BEFORE_ALL, least };
    }
    default:
      return assertNever(freshness);
  }
};

/** The end of the commit that a version stands in: what was accepted together is seen together. */
export const endOfCommit = (version: number): number => boundaryOf(positionOf(version).sequence);

/** A version from beyond the end of the log: it was never given out, or the log was restored to before it. */
export const expired = (version: number, end: number): RefusalError =>
  refuse('Expired', `The resourceVersion ${version} is beyond the end of the log (${end}): list again without one.`);

const projectedEnd = async (context: RequestContext, sources: ReadPointSources): Promise<number> => {
  const end = await sources.confirmedEnd(context);
  await untilProjected(end, context.deadline, sources);
  return end;
};

const exactly = async (version: number, context: RequestContext, sources: ReadPointSources): Promise<ReadPoint> => {
  const end = await sources.confirmedEnd(context);
  if (version > end) throw expired(version, end);
  await untilProjected(version, context.deadline, sources);
  return { at: version, least: version };
};

const notOlderThan = async (version: number, context: RequestContext, sources: ReadPointSources): Promise<number> => {
  const patience = Math.min(context.deadline, Date.now() + FUTURE_LIMIT_MS);
  if (await sources.projected(version, patience)) return version;
  const end = await sources.confirmedEnd(context);
  if (version > end) throw versionTooLarge(version, end);
  await untilProjected(version, context.deadline, sources);
  return version;
};

const untilProjected = async (version: number, deadline: number, sources: ReadPointSources): Promise<void> => {
  if (await sources.projected(version, deadline)) return;
  throw refuse('Timeout', `the read models had not come to version ${version} of the log in time: try again`, {
    retryAfterSeconds: 1,
  });
};
