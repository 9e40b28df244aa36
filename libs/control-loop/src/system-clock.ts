import type { Clock } from '@holdfast/reconcile';

/** A monotonic one: it goes on while the process is stopped. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
