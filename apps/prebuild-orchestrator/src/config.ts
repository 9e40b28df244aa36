import { FAULT_POINTS } from '@holdfast/control-loop';
import { faultVariable, serviceEnvironment } from '@holdfast/nest-platform';
import type { z } from 'zod';

import { poolsEnvironment } from './pools/pools-config.js';

export const environment = {
  ...serviceEnvironment,
  ...poolsEnvironment,
  /** For crash tests alone: dies at a named point. */
  HOLDFAST_FAULT: faultVariable(FAULT_POINTS),
};

export type OrchestratorConfig = z.output<z.ZodObject<typeof environment>>;
