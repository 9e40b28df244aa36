/** Pools for specs: what a case does not speak about is quiet. */
import { parseInstant } from './instant.js';
import type { Instant } from './instant.js';
import type { Instance, PoolSettings, PoolSnapshot } from './pool-snapshot.js';

/** A time of Monday, 2 June 2025, UTC: at('10:05'). */
export const at = (clock: string): Instant => time(`2025-06-02T${clock}:00Z`);

export const time = (text: string): Instant => {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no time`);
  return instant;
};

export const ready = (id: string, createdAt: Instant): Instance => ({ id, createdAt, ready: true });
export const notReady = (id: string, createdAt: Instant): Instance => ({ id, createdAt, ready: false });

export const poolWanting = (
  settings: PoolSettings | number,
  changes: Partial<Omit<PoolSnapshot, 'settings'>> = {},
): PoolSnapshot => ({
  pool: 'web@v1',
  preset: 'web',
  template: 'node',
  standing: { status: 'active' },
  settings: typeof settings === 'number' ? { instances: settings } : settings,
  running: [],
  stopped: [],
  inProgress: { start: 0, stop: 0, delete: 0 },
  pending: 0,
  hardLimit: 'clear',
  ...changes,
});
