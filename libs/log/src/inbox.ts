import { createInbox } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** A new inbox under the prefix that this connection's user may subscribe to. */
export const newInbox = (nc: NatsConnection): string => createInbox(prefixOf(nc));

/** The connection keeps its options, though its type does not say so. */
const prefixOf = (nc: NatsConnection): string | undefined => {
  if (!('options' in nc) || typeof nc.options !== 'object' || nc.options === null) return undefined;
  if (!('inboxPrefix' in nc.options)) return undefined;
  return typeof nc.options.inboxPrefix === 'string' ? nc.options.inboxPrefix : undefined;
};
