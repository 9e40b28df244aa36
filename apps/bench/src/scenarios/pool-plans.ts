/** Deciding about every pool at once: no store, no network. */
import { instantOf, planPools, poolsOf, seconds } from '@holdfast/prebuild';
import type { Build, Facts, PoolSettings, PresetFacts, WorkspaceFacts } from '@holdfast/prebuild';

import { median } from '../statistics.js';
import type { Scenario } from './scenario.js';

const POOLS = 1_000;
const WORKSPACES = 50;
const PLANS = 20;
const NOW = instantOf(new Date('2025-06-02T12:00:00Z'));

/** Half of the pools follow schedules in zones of their own, a tenth an expression; a few of each are too old. */
export const poolPlans: Scenario = {
  name: 'plan of 1,000 pools',
  run: () => {
    const facts = someFacts();
    const took: number[] = [];
    for (let i = 0; i < PLANS; i++) {
      const begun = performance.now();
      const pools = poolsOf(facts, NOW, { failureHardLimit: 3, probeCoolDown: seconds(600) });
      const plans = planPools(pools, NOW, { backOffInterval: seconds(60), budgets: { perTemplate: 50, system: 500 } });
      took.push(performance.now() - begun);
      if (plans.length !== POOLS || plans.every(({ actions }) => actions.length === 0))
        throw new Error(`${plans.length} pools were planned, or none had anything to do`);
    }
    return Promise.resolve({ 'plan of 1,000 pools of 50 workspaces': median(took) });
  },
};

const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'];

const someFacts = (): Facts => ({
  paused: false,
  templates: Array.from({ length: 20 }, (_, i) => ({
    id: `template-${i}`,
    activeVersion: 'v1',
    deleted: false,
    deprecated: false,
    paused: false,
  })),
  presets: Array.from({ length: POOLS }, (_, i) => presetOf(i)),
  workspaces: Array.from({ length: POOLS * WORKSPACES }, (_, i) => workspaceOf(i)),
});

const presetOf = (i: number): PresetFacts => ({
  id: `preset-${i}`,
  template: `template-${i % 20}`,
  deleted: false,
  paused: false,
  settings: settingsOf(i),
});

const settingsOf = (i: number): PoolSettings => {
  const base = { instances: WORKSPACES, max: 100, ttl: seconds(3_600) };
  const schedules = [{ cron: '* 9-18 * * 1-5', instances: WORKSPACES + (i % 7) - 3 }];
  if (i % 2 === 0) return { ...base, scheduling: { timezone: ZONES[i % ZONES.length] ?? 'UTC', schedules } };
  return i % 10 === 1 ? { ...base, demandExpression: 'max(scheduled, claims_30m + misses_30m)' } : base;
};

const workspaceOf = (i: number): WorkspaceFacts => {
  // Spread over the pools as a listing by name would not: neighbours belong together nowhere.
  const createdAt = NOW - seconds(((i * 7_919) % 3_700) + 1);
  return {
    id: `prebuild-${i}`,
    preset: `preset-${i % POOLS}`,
    version: 'v1',
    claimed: false,
    createdAt,
    ready: i % 11 !== 0,
    build: buildOf(i, createdAt),
  };
};

const buildOf = (i: number, endedAt: bigint): Build => {
  if (i % 50 === 7) return { transition: 'start', progress: { status: 'running' } };
  if (i % 500 === 8)
    return { transition: 'start', progress: { status: 'failed', endedAt, message: 'create ended with exit code 1' } };
  return { transition: 'start', progress: { status: 'succeeded', endedAt } };
};
