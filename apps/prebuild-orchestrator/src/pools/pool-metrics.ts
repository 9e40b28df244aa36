/** Metrics of pools, as the rule book names them; a preset's are those of its active version, except what failed. */
import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { Pass, PlannedPool } from './plan-pass.js';
import { nameIn } from './pool-decision.js';
import type { StoredPreset } from './pool-objects.js';

const LABELS = ['namespace', 'template', 'preset'] as const;
type Label = (typeof LABELS)[number];
type Labels = Record<Label, string>;

/** Seconds. */
const PASS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export class PoolMetrics {
  private readonly gauges: ReadonlyMap<string, Gauge<Label>>;
  private readonly created: Counter<Label>;
  private readonly failedBuilds: Counter<Label>;
  private readonly idle: Counter<Label>;
  private readonly duration: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    const gauge = (name: string, help: string): [string, Gauge<Label>] => [
      name,
      new Gauge({ name: `${METRIC_PREFIX}prebuilds_${name}`, help, labelNames: LABELS, registers }),
    ];
    const counter = (name: string, help: string): Counter<Label> =>
      new Counter({ name: `${METRIC_PREFIX}prebuilds_${name}`, help, labelNames: LABELS, registers });
    this.gauges = new Map([
      gauge('desired', 'Instances that a preset shall have now.'),
      gauge('running', 'Instances that are built and not claimed.'),
      gauge('eligible', 'Instances that can be claimed.'),
      gauge('expired', 'Instances that are too old to be claimed.'),
      gauge('starting', 'Instances that are being built.'),
      gauge('failed', 'Failed builds that are kept as evidence.'),
      gauge('hard_limited', '1 when nothing is built after too many failures.'),
      gauge('paused', '1 when nothing is created or deleted.'),
    ]);
    this.created = counter('created_total', 'Instances that were created.');
    this.failedBuilds = counter('failed_total', 'Builds of instances that failed.');
    this.idle = counter('idle_instance_seconds_total', 'Seconds that ready instances waited for a claim.');
    this.duration = new Histogram({
      name: `${METRIC_PREFIX}prebuilds_reconcile_duration_seconds`,
      help: 'How long a look at pools takes, at those that changed or at all of them, with its decisions.',
      buckets: PASS_BUCKETS,
      registers,
    });
  }

  /** Shows what a look at all pools found, or at some, beside what is known of the others. */
  show({ pools, failed }: Pass, { isWhole, seconds }: { readonly isWhole: boolean; readonly seconds: number }): void {
    this.duration.observe(seconds);
    if (isWhole) this.clear();
    for (const pool of pools) if (isActive(pool)) this.showPool(pool, failed.get(pool.snapshot.preset) ?? 0);
  }

  /** Shows nothing: another process looks after the pools. */
  clear(): void {
    for (const gauge of this.gauges.values()) gauge.reset();
  }

  wasCreated(labels: Labels, count: number): void {
    this.created.inc(labels, count);
  }

  hasFailed(labels: Labels): void {
    this.failedBuilds.inc(labels);
  }

  wasIdle(preset: StoredPreset, seconds: number): void {
    this.idle.inc(labelsOf(preset.namespace, preset.spec.template, preset.name), seconds);
  }

  private showPool({ snapshot, plan, namespace, presetName }: PlannedPool, failed: number): void {
    const { desired, actual, eligible, expired, starting } = plan.state;
    const isSaid = (kind: string): number => Number(plan.reasons.some((reason) => reason.kind === kind));
    const values = {
      ...{ desired, running: actual, eligible, expired, starting, failed },
      hard_limited: isSaid('hard-limited'),
      paused: isSaid('paused'),
    };
    const labels = labelsOf(namespace, nameIn(snapshot.template), presetName);
    for (const [name, value] of Object.entries(values)) this.gauges.get(name)?.set(labels, value);
  }
}

export const labelsOf = (namespace: string, template: string, preset: string): Labels => ({
  namespace,
  template,
  preset,
});

const isActive = ({ plan, snapshot }: PlannedPool): boolean =>
  snapshot.standing.status === 'active' || plan.reasons.some((reason) => reason.kind === 'paused');
