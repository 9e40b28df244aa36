/** Publishes some events so that the acknowledgement of the last speaks for all. */
import { encodeCloudEvent, eventSubject } from '@holdfast/contracts';
import type { Commit, LogEvent } from '@holdfast/contracts';
import type { Requests } from '@holdfast/log';
import { headers } from '@nats-io/transport-node';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';

import { EVENT_ID_HEADER } from './events-stream.js';

const ACK_TIMEOUT_MS = 5_000;

export interface PublishedEvent {
  readonly event: LogEvent;
  readonly commit: Commit;
}

export class NotAcknowledgedError extends Error {
  override readonly name = 'NotAcknowledgedError';

  constructor(
    readonly expected: number,
    problem: string,
  ) {
    super(`public event ${expected} was not acknowledged: ${problem}`);
  }
}

interface Acknowledgement {
  readonly seq?: number;
  readonly error?: { readonly description?: string };
}

export interface PublishLink {
  readonly nc: Pick<NatsConnection, 'publish'>;
  readonly requests: Pick<Requests, 'ask'>;
}

/** `after` is the sequence at which the stream ends; resolves with the one at which it ends then. */
export const publishBurst = async (
  { nc, requests }: PublishLink,
  burst: readonly PublishedEvent[],
  after: number,
): Promise<number> => {
  // A message is written as it is published, so all of them share one set of headers.
  const attributes = headers();
  attributes.set('content-type', 'application/cloudevents+json');
  const last = burst.length - 1;
  for (let i = 0; i < last; i++) {
    const { subject, payload } = messageOf(burst[i] as PublishedEvent, after + i, attributes);
    nc.publish(subject, payload, { headers: attributes });
  }
  const message = messageOf(burst[last] as PublishedEvent, after + last, attributes);
  const reply = await requests.ask({ ...message, headers: attributes, timeoutMs: ACK_TIMEOUT_MS });
  const { seq, error } = reply.json<Acknowledgement>();
  const expected = after + burst.length;
  if (seq !== expected)
    throw new NotAcknowledgedError(expected, error?.description ?? `it stands at ${seq ?? 'nothing'}`);
  return expected;
};

/** Each message expects the one before it; so it can stand only behind all of them. */
const messageOf = ({ event, commit }: PublishedEvent, after: number, attributes: MsgHdrs) => {
  attributes.set('Nats-Expected-Last-Sequence', String(after));
  attributes.set(EVENT_ID_HEADER, String(event.version));
  return { subject: eventSubject(event.record), payload: encodeCloudEvent(event, commit) };
};
