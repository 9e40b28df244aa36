/** What the leading orchestrator does: each part has a folder of its own. */
import type { Registry } from 'prom-client';

import { Builds } from './builds/builds.js';
import { Claims } from './claims/claims.js';
import type { OrchestratorConfig } from './config.js';
import { Demand } from './demand/demand.js';
import type { DemandLog } from './demand/demand.js';
import type { OrchestratorPart } from './leader/orchestrator-part.js';
import { passConfigOf } from './pools/pools-config.js';
import { PoolsPart } from './pools/pools-part.js';

export interface PartsOptions {
  readonly config: OrchestratorConfig;
  readonly log: DemandLog;
  readonly metrics: Registry;
}

/** Made once in the life of the process: metrics are registered here. */
export const orchestratorParts = ({ config, log, metrics }: PartsOptions): readonly OrchestratorPart[] => {
  const demand = new Demand(log);
  return [
    new Claims(metrics),
    demand,
    new PoolsPart(passConfigOf(config), demand, metrics),
    new Builds({ metrics, replicas: config.HOLDFAST_LOG_REPLICAS }),
  ];
};
