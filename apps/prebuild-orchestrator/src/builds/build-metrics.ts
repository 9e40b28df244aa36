import { METRIC_PREFIX } from '@holdfast/nest-platform';
import type { WorkspaceBuild } from '@holdfast/prebuild';
import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { Workspace } from './workspace.js';

const SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600];

export class BuildMetrics {
  private readonly seconds: Histogram<'namespace' | 'template' | 'preset' | 'transition' | 'status'>;

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: `${METRIC_PREFIX}prebuilds_build_duration_seconds`,
      help: 'From the moment a build was asked for to its end.',
      labelNames: ['namespace', 'template', 'preset', 'transition', 'status'],
      buckets: SECONDS,
      registers: [registry],
    });
  }

  ended({ metadata, spec }: Workspace, { transition, status, queuedAt, endedAt = queuedAt }: WorkspaceBuild): void {
    const labels = {
      namespace: metadata.namespace,
      template: spec.template,
      preset: spec.preset ?? '',
      transition,
      status,
    };
    this.seconds.observe(labels, Math.max(Date.parse(endedAt) - Date.parse(queuedAt), 0) / 1_000);
  }
}
