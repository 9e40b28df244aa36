/**
 * The accounts of NATS: subjects of one do not exist in the other, but for what is shared here.
 *
 *   services: HOLDFAST_EVENTS ──copies──► subscribers: HOLDFAST_EVENTS, a mirror, which has no subjects
 *   services: hf.evt.>        ──live────► subscribers: hf.evt.>
 *
 * The mirror asks the services' account for one consumer and tells it how fast it reads; the store makes the mirror.
 */
import {
  EVENTS_STREAM,
  EVENTS_SUBJECTS,
  MIRROR_PREFIX,
  PUBLIC_ACCOUNT,
  PUBLIC_API,
  SERVICES_ACCOUNT,
  SERVICES_API,
} from '@holdfast/contracts';

import { NATS_USERS } from './permissions.js';
import type { NatsUser } from './permissions.js';

/** What one account gives to the other: requests that it takes, or messages that it sends. */
export interface Shared {
  readonly kind: 'service' | 'stream';
  readonly subject: string;
  /** Its name in the account that uses it, where that is another one. */
  readonly as?: string;
}

export interface Account {
  readonly name: string;
  readonly users: readonly NatsUser[];
  /** The account to which it exports and from which it imports. */
  readonly partner: string;
  readonly exports: readonly Shared[];
  readonly imports: readonly Shared[];
}

const request = (subject: string, prefix: string): Shared => ({
  kind: 'service',
  subject: `$JS.API.${subject}`,
  as: `${prefix}.${subject}`,
});

const forTheMirror: readonly Shared[] = [
  request(`CONSUMER.CREATE.${EVENTS_STREAM}`, SERVICES_API),
  { kind: 'service', subject: `$JS.FC.${EVENTS_STREAM}.>` },
  { kind: 'stream', subject: `${MIRROR_PREFIX}.>` },
  { kind: 'stream', subject: EVENTS_SUBJECTS },
];
const forTheStore: readonly Shared[] = ['INFO', 'CREATE', 'UPDATE'].map((verb) =>
  request(`STREAM.${verb}.${EVENTS_STREAM}`, PUBLIC_API),
);

const SUBSCRIBERS: readonly NatsUser[] = ['subscriber'];

export const NATS_ACCOUNTS: readonly Account[] = [
  {
    name: SERVICES_ACCOUNT,
    users: NATS_USERS.filter((user) => !SUBSCRIBERS.includes(user)),
    partner: PUBLIC_ACCOUNT,
    exports: forTheMirror,
    imports: forTheStore,
  },
  {
    name: PUBLIC_ACCOUNT,
    users: SUBSCRIBERS,
    partner: SERVICES_ACCOUNT,
    exports: forTheStore,
    imports: forTheMirror,
  },
];
