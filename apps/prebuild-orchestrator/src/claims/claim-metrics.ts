import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { specOf, statusOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';
import { WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

const POOL_LABELS = ['namespace', 'template', 'preset'] as const;
const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5, 15, 60, 300, 900];

/** Counts what became of claims once the store has it. */
export class ClaimMetrics {
  private readonly duration: Histogram<(typeof POOL_LABELS)[number] | 'source'>;
  private readonly claimed: Counter<(typeof POOL_LABELS)[number]>;
  private readonly misses: Counter<(typeof POOL_LABELS)[number] | 'reason'>;

  constructor(registry: Registry) {
    const named = (name: string, help: string) => ({
      name: `${METRIC_PREFIX}prebuilds_${name}`,
      help,
      registers: [registry],
    });
    this.duration = new Histogram({
      ...named('claim_duration_seconds', 'From the claim to its workspace, ready or not.'),
      labelNames: [...POOL_LABELS, 'source'],
      buckets: SECONDS,
    });
    this.claimed = new Counter({
      ...named('claimed_total', 'Claims that got a workspace of a pool.'),
      labelNames: [...POOL_LABELS],
    });
    this.misses = new Counter({
      ...named('claim_misses_total', 'Claims that found none ready, by reason.'),
      labelNames: [...POOL_LABELS, 'reason'],
    });
  }

  bound(claim: ObjectState, workspace: ObjectState, seconds: number): void {
    const { template, preset = '' } = specOf(WORKSPACES, workspace);
    const pool = { namespace: claim.key.namespace, template, preset };
    const { source = 'cold', missReason } = statusOf(WORKSPACE_CLAIMS, claim);
    this.duration.observe({ ...pool, source }, seconds);
    if (source !== 'cold') this.claimed.inc(pool);
    if (missReason !== undefined) this.misses.inc({ ...pool, reason: missReason });
  }
}
