import { METRIC_PREFIX } from '@holdfast/nest-platform';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

const SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600];

export class ProvisionerMetrics {
  private readonly builds: Counter<'transition' | 'outcome'>;
  private readonly seconds: Histogram<'transition' | 'outcome'>;

  constructor(registry: Registry) {
    const labelNames = ['transition', 'outcome'] as const;
    this.builds = new Counter({
      name: `${METRIC_PREFIX}provisioner_builds_total`,
      help: 'Jobs that were taken, by how they ended.',
      labelNames,
      registers: [registry],
    });
    this.seconds = new Histogram({
      name: `${METRIC_PREFIX}provisioner_build_duration_seconds`,
      help: 'From the delivery of a job to its end.',
      labelNames,
      buckets: SECONDS,
      registers: [registry],
    });
  }

  built(transition: string, outcome: string, seconds: number): void {
    this.builds.inc({ transition, outcome });
    this.seconds.observe({ transition, outcome }, seconds);
  }
}
