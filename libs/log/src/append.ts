/**
 * Appending one commit, fenced, and finding out what became of it.
 *
 *            ┌──────────── send ◄───────────────────┐
 *     acknowledged        │ refused, silence, error │ nobody stands there
 *            ▼            ▼                         │
 *        accepted   who stands at the next sequence ┘
 *                         │ own id: accepted · another id: refused
 */
import { LOG_STREAM, LOG_SUBJECT } from '@holdfast/contracts';
import { headers } from '@nats-io/transport-node';

import type { Append, AppendOutcome } from './commit-log.js';
import { AppendUndecided, LogUnavailableError } from './errors.js';
import type { JetStreamApi } from './jetstream-api.js';
import { pause } from './pause.js';

const ACK_TIMEOUT_MS = 1_500;
const PAUSES_MS = [20, 50, 100, 200] as const;
/** So many answers in a row that the log ends before what is expected: it does, nobody is just catching up. */
const SHORTER_ANSWERS = 4;

interface PubAck {
  readonly seq?: number;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

type Attempt = { readonly sequence: number } | { readonly problem: string };

export const append = async (api: JetStreamApi, request: Append): Promise<AppendOutcome> => {
  const { id, expectedSequence } = request;
  const { signal } = api;
  let shorter = 0;
  for (let attempts = 0; ; attempts++) {
    if (signal?.aborted === true && attempts === 0) throw new AppendUndecided(id, expectedSequence, 'never sent');
    const attempt = await send(api, request);
    if ('sequence' in attempt) return { status: 'accepted', sequence: attempt.sequence };
    const found = await lookBehind(api, request);
    if (found.status === 'accepted' || found.status === 'refused') return found;
    if (found.status === 'shorter' && ++shorter >= SHORTER_ANSWERS) return { status: 'refused', end: found.end };
    if (found.status !== 'shorter') shorter = 0;
    await pause(PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)] as number, signal);
    if (signal?.aborted === true) throw new AppendUndecided(id, expectedSequence, attempt.problem);
  }
};

/** Sends the commit once. Whatever is not an acknowledgement is unclear, a refusal too: an earlier try may have landed. */
const send = async (api: JetStreamApi, { data, expectedSequence }: Append): Promise<Attempt> => {
  const expectations = headers();
  expectations.set('Nats-Expected-Stream', LOG_STREAM);
  expectations.set('Nats-Expected-Last-Sequence', String(expectedSequence));
  try {
    const msg = await api.requests.ask({
      subject: LOG_SUBJECT,
      payload: data,
      headers: expectations,
      timeoutMs: ACK_TIMEOUT_MS,
      signal: api.signal,
    });
    const ack = msg.json<PubAck>();
    if (ack.error === undefined && ack.seq !== undefined) return { sequence: ack.seq };
    return {
      problem: `${ack.error?.description ?? 'no sequence in the acknowledgement'} (${ack.error?.err_code ?? 0})`,
    };
  } catch (error) {
    if (error instanceof LogUnavailableError) return { problem: error.message };
    throw error;
  }
};

type Found = AppendOutcome | { readonly status: 'shorter'; readonly end: number } | { readonly status: 'unclear' };

/** Who stands at the sequence that this commit is meant for. */
const lookBehind = async (api: JetStreamApi, { id, expectedSequence }: Append): Promise<Found> => {
  try {
    const sequence = expectedSequence + 1;
    const commit = await api.commit({ seq: sequence });
    if (commit?.header.id === id) return { status: 'accepted', sequence };
    const { state } = await api.streamInfo();
    if (commit !== undefined) return { status: 'refused', end: state.last_seq };
    return state.last_seq < expectedSequence ? { status: 'shorter', end: state.last_seq } : { status: 'unclear' };
  } catch (error) {
    // Nobody there to ask: the next round sends and asks again.
    if (error instanceof LogUnavailableError) return { status: 'unclear' };
    throw error;
  }
};
