import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { answerDocument, planDocument } from './planning-document.js';

interface PlanningCase {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
}

const file = join(import.meta.dirname, '../fixtures/prebuild-planning.jsonl');
const cases = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as PlanningCase);

const answer = (document: unknown): unknown => answerDocument(planDocument(JSON.stringify(document)));

describe('planning from outside', () => {
  it.each(cases.map(({ name, input, expected }) => [name, input, expected]))('%s', (_name, input, expected) => {
    expect(answer(input)).toEqual(expected);
  });

  it('plans a case with its name around it as its input', () => {
    const [first] = cases;
    expect(answer(first)).toEqual(first?.expected);
  });
});

const input = (changes: Readonly<Record<string, unknown>>, preset: Readonly<Record<string, unknown>> = {}): unknown => {
  const base = cases.find(({ name }) => name === 'snapshot: Extraneous')?.input ?? {};
  return { ...base, ...changes, preset: { ...(base['preset'] as object), ...preset } };
};
const instance = (id: string): unknown => ({
  id,
  presetId: 'preset-A',
  createdAt: '2024-01-01T00:00:00Z',
  ready: true,
});

describe('a document that cannot be accepted', () => {
  it.each([
    [{ now: 'today' }, {}, 'now: expected a time such as 2025-06-02T09:00:00Z, not "today"'],
    [
      { now: '2024-02-30T00:00:00Z' },
      {},
      'now: expected a time such as 2025-06-02T09:00:00Z, not "2024-02-30T00:00:00Z"',
    ],
    [{ now: undefined }, {}, 'now: expected a time such as 2025-06-02T09:00:00Z, but it is missing'],
    [{}, { desiredInstances: 1.5 }, 'preset.desiredInstances: expected a whole number, not 1.5'],
    [{}, { desiredInstances: -1 }, 'preset.desiredInstances: expected a whole number from 0, not -1'],
    [{}, { ttlSeconds: '1h' }, 'preset.ttlSeconds: expected a number of seconds, not "1h"'],
    [
      {},
      { schedules: [{ cron: '* * * * *' }] },
      'preset.schedules[0].instances: expected a whole number, but it is missing',
    ],
    [{}, { minInstances: 1 }, 'preset: it has no "minInstances"'],
    [
      { inProgress: [{ presetId: 'preset-A', transition: 'restart', count: 1 }] },
      {},
      'inProgress[0].transition: expected "start", "stop" or "delete", not "restart"',
    ],
    [{ running: [instance('a'), instance('a')] }, {}, 'running[1].id: expected each id once, not "a"'],
  ])('%j %j: %s', (changes, preset, error) => {
    expect(answer(input(changes, preset))).toEqual({ error });
  });

  it('is told every field at fault at once', () => {
    expect(answer(input({ now: 1, isHardLimited: 'no' }))).toEqual({
      error:
        'now: expected a time such as 2025-06-02T09:00:00Z, not 1; isHardLimited: expected true or false, not "no"',
    });
  });

  it.each([
    ['{"preset":', /^it is not JSON: /],
    ['[]', /^the document: expected an object, not \[\]$/],
    ['null', /^the document: expected an object, not null$/],
  ])('%s', (text, error) => {
    expect(answerDocument(planDocument(text))).toEqual({ error: expect.stringMatching(error) });
  });
});

describe('what a document leaves open', () => {
  it('counts builds and instances of other presets for nothing', () => {
    const other = { ...(instance('b') as object), presetId: 'preset-B' };
    const builds = [
      { presetId: 'preset-B', transition: 'start', count: 4 },
      { presetId: null, transition: 'delete', count: 4 },
    ];
    expect(answer(input({ running: [other], inProgress: builds }))).toEqual({
      state: { actual: 0, expired: 0, desired: 1, eligible: 0, extraneous: 0, starting: 0, stopping: 0, deleting: 0 },
      actions: [{ type: 'create', count: 1 }],
    });
  });

  it('waits no longer than the calendar lasts', () => {
    const failed = { presetId: 'preset-A', numFailed: 10_000, lastBuildAt: '2024-01-01T00:00:00Z' };
    const years = { running: [], backoff: failed, backoffIntervalSeconds: 3_000_000_000 };
    expect(answer(input(years))).toMatchObject({
      actions: [{ type: 'backoff', until: '9999-12-31T23:59:59.999999999Z' }],
    });
  });

  it('still waits at the very instant at which the back-off ends, and not a nanosecond later', () => {
    const failed = { presetId: 'preset-A', numFailed: 2, lastBuildAt: '2024-01-01T01:00:00+01:00' };
    const at = (now: string): unknown =>
      answer(input({ now, running: [], backoff: failed, backoffIntervalSeconds: 0.25 }));
    expect(at('2024-01-01T00:00:00.5Z')).toMatchObject({
      actions: [{ type: 'backoff', until: '2024-01-01T00:00:00.5Z' }],
    });
    expect(at('2024-01-01T00:00:00.500000001Z')).toMatchObject({ actions: [{ type: 'create', count: 1 }] });
  });
});
