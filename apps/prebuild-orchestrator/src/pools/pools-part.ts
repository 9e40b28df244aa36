import type { Registry } from 'prom-client';

import type { LeaderContext, OrchestratorPart } from '../leader/orchestrator-part.js';
import type { PassConfig } from './plan-pass.js';
import { PoolMetrics } from './pool-metrics.js';
import { PoolsTerm } from './pools-term.js';
import type { DemandSource } from './pools-term.js';

/** Keeps the pools as they should be, while this process leads. */
export class PoolsPart implements OrchestratorPart {
  private readonly metrics: PoolMetrics;
  private term: PoolsTerm | undefined;

  constructor(
    private readonly config: PassConfig,
    private readonly demand: DemandSource,
    registry: Registry,
  ) {
    this.metrics = new PoolMetrics(registry);
  }

  start(leader: LeaderContext): void {
    this.term = new PoolsTerm({ leader, config: this.config, demand: this.demand, metrics: this.metrics });
  }

  async stop(): Promise<void> {
    await this.term?.end();
    this.term = undefined;
  }
}
