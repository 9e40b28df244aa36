import { isAbsolute } from 'node:path';

import { FAULT_POINTS } from '@holdfast/control-loop';
import { duration, faultVariable, serviceEnvironment } from '@holdfast/nest-platform';
import { z } from 'zod';

const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
const DEFAULT_RUNS_BYTES = 256 * 1024 * 1024;

export const environment = {
  ...serviceEnvironment,
  /** How much is kept of the records of runs. */
  HOLDFAST_RUNS_MAX_BYTES: z.coerce.number().int().positive().default(DEFAULT_RUNS_BYTES),
  HOLDFAST_RUNS_MAX_AGE: duration.default(WEEK_MS),
  /** The folder of all StaticSites; where it is missing, this process makes none, and says so in their status. */
  HOLDFAST_SITES_DIR: z.string().refine(isAbsolute, 'expected an absolute path').optional(),
  /** For crash tests alone: dies at a named point. */
  HOLDFAST_FAULT: faultVariable(FAULT_POINTS),
};

export type ReconcilerConfig = z.output<z.ZodObject<typeof environment>>;
