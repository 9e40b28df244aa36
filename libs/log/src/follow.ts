/** Following the log through whatever happens to NATS: one session after the other, each checked before it is trusted. */
import { decodeCommit } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';

import type { Follow, LogIdentity } from './commit-log.js';
import { LogGapError, LogReplacedError, LogUnavailableError } from './errors.js';
import { FollowSession } from './follow-session.js';
import { ERROR_CODE, JetStreamApiError } from './jetstream-api.js';
import type { JetStreamApi } from './jetstream-api.js';
import type { Link } from './link.js';
import { pause } from './pause.js';

const PAUSE_MS = 200;
/** A stream that is missing, or shorter than what was read from it, for so many looks in a row is not just starting. */
const PATIENCE = 15;

export async function* followLog(
  { api, link, identity }: { api: JetStreamApi; link: Link; identity: LogIdentity },
  { after, signal }: Follow,
): AsyncGenerator<Commit, void, void> {
  let position = after;
  let trouble = 0;
  while (!signal.aborted) {
    const opened = await openSession({ api, link, identity, after: position });
    if (!(opened instanceof FollowSession)) {
      if (opened.error !== undefined && ++trouble > PATIENCE) throw opened.error;
      await pause(PAUSE_MS, signal);
      continue;
    }
    trouble = 0;
    const session = opened;
    const end = (): void => session.end();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    try {
      for (let next = await session.next(); next !== undefined; next = await session.next()) {
        if (signal.aborted) return;
        if (next.sequence !== position + 1) throw new LogGapError(position + 1, next.sequence);
        yield decodeCommit(next.data, next.sequence, next.timestamp);
        position = next.sequence;
      }
    } finally {
      signal.removeEventListener('abort', end);
      session.end();
    }
  }
}

/** A session, or why there is none yet; with an error when time alone will hardly cure it. */
const openSession = async (at: {
  api: JetStreamApi;
  link: Link;
  identity: LogIdentity;
  after: number;
}): Promise<FollowSession | { readonly error?: Error }> => {
  const { api, link, identity, after } = at;
  if (link.nc.isClosed()) throw new LogUnavailableError('the connection to NATS was closed');
  const session = new FollowSession(api, link);
  try {
    await session.createConsumer(after);
    // Asked only now: a stream that was replaced before cannot have got the consumer unnoticed.
    const { created, state } = await api.streamInfo();
    if (created !== identity.created) throw new LogReplacedError(identity, created);
    // A consumer that starts beyond the end would skip in silence what is written there later.
    if (state.last_seq < after) throw new LogGapError(after, state.last_seq);
    session.pull();
    return session;
  } catch (error) {
    session.end();
    if (error instanceof LogUnavailableError) return {};
    if (error instanceof LogGapError) return { error };
    if (error instanceof JetStreamApiError && error.errorCode === ERROR_CODE.streamNotFound) {
      return { error: new LogReplacedError(identity, undefined) };
    }
    throw error;
  }
};
