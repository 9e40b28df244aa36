import { seconds } from '../instant.js';
import type { PoolSettings } from '../pool-snapshot.js';
import type { PrebuildsSpec } from './objects.js';

/** What a preset asks for, as the planner takes it. */
export const poolSettingsOf = (prebuilds: PrebuildsSpec): PoolSettings => {
  const { instances, min, max, ttlSeconds, scheduling, demandExpression, maxConcurrentCreations } = prebuilds;
  const { strategy, maxSurge = 1 } = prebuilds.replacement;
  return {
    instances,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(ttlSeconds === undefined ? {} : { ttl: seconds(ttlSeconds) }),
    ...(scheduling === undefined ? {} : { scheduling }),
    ...(demandExpression === undefined ? {} : { demandExpression }),
    ...(maxConcurrentCreations === undefined ? {} : { maxConcurrentCreations }),
    replacement: strategy === 'Surge' ? { strategy, maxSurge } : { strategy },
  };
};
