/** What the leading orchestrator does: each part has a folder of its own. */
import type { Logger } from '@holdfast/nest-platform';
import type { Registry } from 'prom-client';

import { Claims } from './claims/claims.js';
import type { OrchestratorConfig } from './config.js';
import type { OrchestratorPart } from './leader/orchestrator-part.js';
import { passConfigOf } from './pools/pools-config.js';
import { PoolsPart } from './pools/pools-part.js';

export interface PartsOptions {
  readonly config: OrchestratorConfig;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** Made once in the life of the process: metrics are registered here. */
export const orchestratorParts = ({ config, metrics }: PartsOptions): readonly OrchestratorPart[] => {
  const claims = new Claims(metrics);
  return [claims, new PoolsPart(passConfigOf(config), metrics)];
};
