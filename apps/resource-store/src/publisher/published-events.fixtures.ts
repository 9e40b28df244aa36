/** What subscribers of the public stream can see. */
import { EVENTS_STREAM } from '@holdfast/contracts';
import type { CloudEvent } from '@holdfast/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

export interface SeenEvent {
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  readonly event: CloudEvent & { readonly data: unknown };
}

/** Everything in the stream, in its order. */
export const publishedEvents = async (nc: NatsConnection): Promise<SeenEvent[]> => {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const { state } = await manager.streams.info(EVENTS_STREAM);
  const seen: SeenEvent[] = [];
  for (let sequence = Math.max(1, state.first_seq); sequence <= state.last_seq; sequence++) {
    const message = await manager.streams.getMessage(EVENTS_STREAM, { seq: sequence });
    if (message === null) continue;
    seen.push({ sequence, subject: message.subject, id: message.header.get('ce-id'), event: message.json() });
  }
  return seen;
};

/** How many events the stream ever held; 0 before it is made. */
export const publishedCount = async (nc: NatsConnection): Promise<number> => {
  const manager = await jetstreamManager(nc, { checkAPI: false });
  try {
    return (await manager.streams.info(EVENTS_STREAM)).state.last_seq;
  } catch {
    return 0;
  }
};
