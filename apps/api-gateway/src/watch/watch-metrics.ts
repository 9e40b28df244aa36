/** What operators see of watches. */
import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { WatchMetrics } from './watch-hub.js';

export const watchMetrics = (registry: Registry): WatchMetrics => {
  const registers = [registry];
  const open = new Gauge({ name: `${METRIC_PREFIX}watches_open`, help: 'Watches that are open.', registers });
  const events = new Counter({
    name: `${METRIC_PREFIX}watch_events_total`,
    help: 'Events written to watches, initial objects included.',
    registers,
  });
  const closed = new Counter({
    name: `${METRIC_PREFIX}watches_closed_total`,
    help: 'Watches that have ended, by reason; `slow` readers took too little for too long.',
    labelNames: ['reason'],
    registers,
  });
  return {
    opened: () => open.inc(),
    delivered: (count) => events.inc(count),
    closed: (reason) => {
      open.dec();
      closed.inc({ reason });
    },
  };
};
