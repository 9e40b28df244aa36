/** Where publishing goes on: normally the last public event tells, else the events of the log are counted. */
import type { CommitLog } from '@holdfast/log';

import type { EventsEnd } from './events-stream.js';

/** Up to and with this sequence, the log holds so many events. */
export interface LogCount {
  readonly sequence: number;
  readonly events: number;
}

/** Go on in the commit at `sequence`, with the first event after `version`. */
export interface PublishPosition {
  readonly sequence: number;
  readonly version: number;
}

type Log = Pick<CommitLog, 'read' | 'readEvent'>;

export class ForeignEventsError extends Error {
  override readonly name = 'ForeignEventsError';

  constructor({ sequence, version }: EventsEnd) {
    super(
      `the stream of public events holds ${sequence} events` +
        `${version === undefined ? '' : `, the last with version ${version}`}, which this log does not: ` +
        'it was made from another log, and has to be deleted',
    );
  }
}

export const positionBehind = async (log: Log, end: EventsEnd, known: LogCount): Promise<PublishPosition> => {
  if (end.sequence === 0) return { sequence: 1, version: 0 };
  if (end.version === undefined) return positionOfCount(log, end, known);
  const found = await log.readEvent(end.version);
  if (found === undefined) throw new ForeignEventsError(end);
  return { sequence: found.commit.sequence, version: end.version };
};

/** The last public event is kept no more: it was the n-th, so count from where the number is known, in either direction. */
const positionOfCount = async (log: Log, end: EventsEnd, known: LogCount): Promise<PublishPosition> => {
  let { sequence, events } = known;
  while (events < end.sequence) {
    sequence += 1;
    events += (await eventsAt(log, sequence, end)).length;
  }
  while (events > end.sequence) {
    const versions = await eventsAt(log, sequence, end);
    events -= versions.length;
    const published = versions[end.sequence - events - 1];
    if (published !== undefined) return { sequence, version: published };
    sequence -= 1;
  }
  return { sequence: sequence + 1, version: 0 };
};

const eventsAt = async (log: Log, sequence: number, end: EventsEnd): Promise<readonly number[]> => {
  const commit = await log.read(sequence);
  if (commit === undefined) throw new ForeignEventsError(end);
  return commit.events.map(({ version }) => version);
};
