import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { retry, RunTimeout } from '@holdfast/reconcile';
import type { Outcome, RunReport } from '@holdfast/reconcile';

import { ControllerMetrics } from './controller-metrics.js';

const ERRORS = ['errors', 'timeouts', 'panics'].map((what) => `controller_runtime_reconcile_${what}_total`);

const reportOf = (outcome: Outcome): RunReport => ({
  id: 'run-1',
  controller: 'rack',
  key: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' },
  reason: 'Change',
  cause: undefined,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  attempt: 0,
  fence: undefined,
  outcome,
  startedAt: new Date('2026-01-01T10:00:00Z'),
  durationMs: 5,
  waitedMs: 1,
  writes: [],
  againInMs: undefined,
  object: undefined,
  moved: false,
});

describe('runs that go wrong', () => {
  it.each<[string, Outcome, readonly number[]]>([
    ['with an error that was foreseen', retry(new Error('disk full')), [1, 0, 0]],
    ['by taking too long', retry(new RunTimeout('no worker answered within 5 s')), [1, 1, 0]],
    ['by throwing', { kind: 'retry', error: new Error('boom'), thrown: true }, [1, 0, 1]],
  ])('%s are counted as such', async (_, outcome, counts) => {
    const registry = new Registry();
    const metrics = new ControllerMetrics(registry, () => []);
    metrics.queueObserver('rack');
    metrics.count(reportOf(outcome));

    const shown = await registry.metrics();
    const valueOf = (name: string) =>
      Number(new RegExp(`^${name}\\{controller="rack"\\} (\\d+)$`, 'm').exec(shown)?.[1]);
    expect(ERRORS.map(valueOf)).toEqual(counts);
  });
});
