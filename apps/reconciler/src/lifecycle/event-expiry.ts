/** Events are for people and for a while: each goes an hour after it was last seen. */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { after, defineReconciler, done, uidOf } from '@holdfast/reconcile';
import type { Kind } from '@holdfast/reconcile';

import { wentThrough } from './writes.js';

const EVENTS: Kind = { group: '', version: 'v1', resource: 'events', kind: 'Event' };
const LIFETIME_MS = 60 * 60 * 1_000;

export const eventExpiry = defineReconciler({
  name: 'event-expiry',
  for: EVENTS,
  concurrency: 16,
  reconcile: async ({ key, object: event, now, write }) => {
    const left = lastSeen(event.object) + LIFETIME_MS - now.getTime();
    if (left > 0) return after(left);
    const outcome = wentThrough(await write.delete(key, EVENTS.version, uidOf(event)));
    return outcome.kind === 'retry' ? outcome : done;
  },
});

/** Milliseconds since 1970; 0 when the Event does not say. */
const lastSeen = (event: JsonObject): number => {
  const times = [
    stringAt(objectAt(event, 'series'), 'lastObservedTime'),
    stringAt(event, 'lastTimestamp'),
    stringAt(event, 'eventTime'),
    stringAt(objectAt(event, 'metadata'), 'creationTimestamp'),
  ];
  return Math.max(0, ...times.flatMap((time) => (time === undefined ? [] : [Date.parse(time)])));
};
