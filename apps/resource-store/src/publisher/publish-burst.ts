/** Publishes some events so that the acknowledgement of the last speaks for all. */
import { encodeCloudEvent, eventSubject } from '@holdfast/contracts';
import type { Commit, LogEvent } from '@holdfast/contracts';
import { headers } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

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

/** `after` is the sequence at which the stream ends; resolves with the one at which it ends then. */
export const publishBurst = async (
  nc: NatsConnection,
  burst: readonly PublishedEvent[],
  after: number,
): Promise<number> => {
  const last = burst.length - 1;
  for (let i = 0; i < last; i++) {
    const { subject, data, options } = messageOf(burst[i] as PublishedEvent, after + i);
    nc.publish(subject, data, options);
  }
  const { subject, data, options } = messageOf(burst[last] as PublishedEvent, after + last);
  const reply = await nc.request(subject, data, { ...options, timeout: ACK_TIMEOUT_MS });
  const { seq, error } = reply.json<Acknowledgement>();
  const expected = after + burst.length;
  if (seq !== expected)
    throw new NotAcknowledgedError(expected, error?.description ?? `it stands at ${seq ?? 'nothing'}`);
  return expected;
};

/** Each message expects the one before it; so it can stand only behind all of them. */
const messageOf = ({ event, commit }: PublishedEvent, after: number) => {
  const attributes = headers();
  attributes.set('Nats-Expected-Last-Sequence', String(after));
  attributes.set(EVENT_ID_HEADER, String(event.version));
  attributes.set('content-type', 'application/cloudevents+json');
  return {
    subject: eventSubject(event.record),
    data: encodeCloudEvent(event, commit),
    options: { headers: attributes },
  };
};
