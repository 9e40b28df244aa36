import { describe, expect, it } from '@jest/globals';
import colors from 'picocolors';

import { explanationSchema } from './explanation.js';
import { renderStories } from './render-story.js';
import { storiesOf } from './story.js';
import { summaryOf } from './summary.js';

const TYPE = 'dev.holdfast.resource.';
const object = (kind: string, name: string) => ({ kind, namespace: 'default', name });

const template = {
  resourceVersion: '1024',
  time: '10:00:00',
  type: `${TYPE}specChanged`,
  actor: 'admin',
  object: object('RackTemplate', 'standard'),
  changed: ['/spec/chassisCount'],
};
const write = (version: number, kind: string, name: string, type = 'created') => ({
  resourceVersion: String(version),
  type: `${TYPE}${type}`,
  object: object(kind, name),
});
const run = (id: string, startedAt: string, given: object = {}) => ({
  id,
  controller: 'rack',
  recorded: true,
  reason: 'Change',
  attempt: 0,
  startedAt,
  durationMs: 12.3,
  outcome: { kind: 'done' },
  writes: [] as object[],
  ...given,
});

const tell = (changes: readonly object[], runs: readonly object[], width = Number.POSITIVE_INFINITY): string[] => {
  const explanation = explanationSchema.parse({ object: object('Rack', 'rack-01'), changes, runs });
  const terminal = { width, colors: colors.createColors(false), clock: (time: string) => time };
  return renderStories(storiesOf(explanation), explanation.object, terminal);
};

describe('the story of an object', () => {
  const waits = { kind: 'waiting', reason: 'Provisioning', message: '1 of 2' };
  const first = run('aaaaaaaa-1', '10:00:01', {
    outcome: waits,
    againInMs: 1_500,
    writes: [write(2048, 'Chassis', 'chassis-0'), write(3072, 'Rack', 'rack-01', 'statusChanged')],
  });
  const changes = [
    {
      ...write(3072, 'Rack', 'rack-01', 'statusChanged'),
      actor: 'system:controller:rack',
      run: first,
      cause: template,
    },
  ];

  it('begins with what somebody did, and tells each thing once', () => {
    expect(tell(changes, [{ ...first, cause: template }])).toEqual([
      '10:00:00  admin  specChanged RackTemplate standard spec.chassisCount  rv 1024',
      '↓ 10:00:01  rack run aaaaaaaa  Change, attempt 0, 12 ms → waiting Provisioning: 1 of 2, again in 1.5 s',
      '├─ created Chassis chassis-0  rv 2048',
      '└─ statusChanged Rack rack-01  rv 3072',
    ]);
  });

  it('tells each attempt', () => {
    const failed = { outcome: { kind: 'retry', reason: 'Error', message: 'no\npower' }, cause: template };
    const attempts = [2, 1, 0].map((attempt) => run(`run-${attempt}`, `10:00:0${attempt}`, { ...failed, attempt }));
    expect(tell([], attempts)).toEqual([
      '10:00:00  admin  specChanged RackTemplate standard spec.chassisCount  rv 1024',
      '├─ 10:00:00  rack run run-0  Change, attempt 0, 12 ms → retry Error: no power',
      '├─ 10:00:01  rack run run-1  Change, attempt 1, 12 ms → retry Error: no power',
      '└─ 10:00:02  rack run run-2  Change, attempt 2, 12 ms → retry Error: no power',
    ]);
  });

  it('leaves out runs that had nothing to do', () => {
    expect(tell([], [run('quiet', '10:00:03', { cause: template })])).toEqual([]);
  });

  it('says what is not kept any more', () => {
    const lost = { id: 'gone', controller: 'rack', recorded: false };
    const made = { ...write(3072, 'Rack', 'rack-01'), run: lost, cause: { resourceVersion: '1024' } };
    expect(tell([made], [])).toEqual([
      'a change that is not kept any more  rv 1024',
      '↓ rack run gone  (its record is not kept any more)',
      '↓ created Rack rack-01  rv 3072',
    ]);
  });

  it('begins with a run where nothing woke it', () => {
    const repair = run('repair', '10:00:04', { reason: 'Resync', writes: [write(4096, 'Chassis', 'chassis-1')] });
    expect(tell([], [repair])).toEqual([
      '10:00:04  rack run repair  Resync, attempt 0, 12 ms → done',
      '↓ created Chassis chassis-1  rv 4096',
    ]);
  });

  it('is cut short where there is much of a kind, but never hides what was asked about', () => {
    const writes = Array.from({ length: 20 }, (_, i) => write(2048 + i, 'Chassis', `chassis-${i}`));
    const many = run('many', '10:00:05', { writes, moreWrites: 5 });
    const asked = { ...write(2067, 'Chassis', 'chassis-19'), run: many };
    const lines = tell([asked], [many]);
    expect(lines).toHaveLength(1 + 8 + 1);
    expect(lines.at(-2)).toBe('├─ created Chassis chassis-19  rv 2067');
    expect(lines.at(-1)).toBe('└─ … and 17 more (-o json shows all)');
  });

  it('fits a narrow terminal', () => {
    const lines = tell(changes, [{ ...first, cause: template }], 30);
    expect(lines[1]).toBe('↓ 10:00:01  rack run aaaaaaaa…');
    expect(lines.filter((line) => line.length > 30)).toEqual([]);
  });
});

describe('how an object stands', () => {
  const explanation = { object: object('Rack', 'rack-01'), changes: [], runs: [] };
  const ready = (status: string) => ({
    metadata: {},
    status: { conditions: [{ type: 'Ready', status, reason: 'Why', message: 'so' }] },
  });

  it.each([
    [undefined, 'Rack default/rack-01 was deleted'],
    [{ metadata: {} }, 'Rack default/rack-01 exists'],
    [ready('True'), 'Rack default/rack-01 is Ready (Why): so'],
    [ready('False'), 'Rack default/rack-01 is not Ready (Why): so'],
    [ready('Unknown'), 'Rack default/rack-01 may be Ready or not (Why): so'],
    [{ metadata: { deletionTimestamp: 'now' } }, 'Rack default/rack-01 exists, and is being deleted'],
  ])('%#', (state, sentence) => {
    expect(summaryOf(explanation, state)).toBe(sentence);
  });
});
