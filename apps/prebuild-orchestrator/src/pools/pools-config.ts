/** What the environment says about planning. */
import { duration } from '@holdfast/nest-platform';
import { seconds } from '@holdfast/prebuild';
import type { Duration } from '@holdfast/prebuild';
import { z } from 'zod';

import type { PassConfig } from './plan-pass.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

const limit = (least: number) => z.coerce.number().int().min(least);

export const poolsEnvironment = {
  /** A pool whose builds fail waits so long, as many times as they failed. */
  HOLDFAST_PREBUILDS_BACKOFF_INTERVAL: duration.default(30 * SECOND_MS),
  /** So many newest builds that all failed stop a pool; 0 never does. */
  HOLDFAST_PREBUILDS_HARD_LIMIT: limit(0).default(3),
  /** After so long one build is tried all the same. */
  HOLDFAST_PREBUILDS_PROBE_COOL_DOWN: duration.default(15 * MINUTE_MS),
  /** How many instances may be starting at once. */
  HOLDFAST_PREBUILDS_MAX_CREATIONS: limit(1).default(100),
  HOLDFAST_PREBUILDS_MAX_CREATIONS_PER_TEMPLATE: limit(1).default(50),
  /** For how long failed and cancelled builds are kept. */
  HOLDFAST_PREBUILDS_FAILED_RETENTION: duration.default(24 * HOUR_MS),
};

export const passConfigOf = (config: z.output<z.ZodObject<typeof poolsEnvironment>>): PassConfig => ({
  backOffInterval: milliseconds(config.HOLDFAST_PREBUILDS_BACKOFF_INTERVAL),
  failureHardLimit: config.HOLDFAST_PREBUILDS_HARD_LIMIT,
  probeCoolDown: milliseconds(config.HOLDFAST_PREBUILDS_PROBE_COOL_DOWN),
  budgets: {
    perTemplate: config.HOLDFAST_PREBUILDS_MAX_CREATIONS_PER_TEMPLATE,
    system: config.HOLDFAST_PREBUILDS_MAX_CREATIONS,
  },
  failedRetention: milliseconds(config.HOLDFAST_PREBUILDS_FAILED_RETENTION),
});

const milliseconds = (count: number): Duration => seconds(count / SECOND_MS);
