import { describe, expect, it } from '@jest/globals';

import {
  failed,
  planned,
  preset,
  presetSays,
  READY,
  template,
  text,
  workspace,
  writesOf,
} from './plan-pass.fixtures.js';

const seen = { observedGeneration: 1, specChangedAt: text('08:00') };
const broken = (...clocks: readonly string[]) =>
  clocks.map((clock) => workspace(`bad-${clock.replace(':', '')}`, { status: failed(text(clock)) }));

describe('a preset', () => {
  it('that follows a schedule says which one, and until when', () => {
    const scheduling = { timezone: 'Europe/Berlin', schedules: [{ cron: '* 9-18 * * 1-5', instances: 5 }] };
    const says = (clock: string) => presetSays(planned([template(), preset({ instances: 2, scheduling })], clock));
    expect(says('09:00').conditions['Scheduling']).toEqual([
      'True',
      'Followed',
      'the schedule "* 9-18 * * 1-5" (Europe/Berlin) asks for 5 until 2025-06-02T17:00:00Z',
    ]);
    expect(says('17:00').conditions['Scheduling']).toEqual([
      'True',
      'Followed',
      'no schedule holds until 2025-06-03T07:00:00Z: instances asks for 2',
    ]);
  });

  it('whose builds fail says which failed last and why, until when it waits, and what can be done; once', () => {
    const states = (status: object) => [
      template(),
      preset({ instances: 1 }, { status: { ...status } }),
      ...broken('09:00', '09:01'),
    ];
    const { conditions, told, status } = presetSays(planned(states(seen), '09:02'));
    const message =
      'the newest 2 builds failed, bad-0901 last: create ended with exit code 1; the next is tried after 2025-06-02T09:03:00Z, or at once with `holdfast prebuilds retry small`; `holdfast prebuilds logs bad-0901` shows what it printed';
    expect(conditions['BackingOff']).toEqual(['True', 'BuildsFailed', message]);
    expect(told).toEqual([{ type: 'Warning', reason: 'BackingOff', message }]);
    expect(planned(states(status), '09:03').jobs.filter(({ kind }) => kind === 'status')).toEqual([
      expect.objectContaining({ about: expect.objectContaining({ resource: 'templates' }) }),
    ]);
  });

  it('that is hard-limited says when one build is tried all the same', () => {
    const states = [template(), preset({ instances: 1 }, { status: seen }), ...broken('09:00', '09:01', '09:02')];
    const { conditions } = presetSays(planned(states, '09:03'));
    expect(conditions['HardLimited']).toEqual([
      'True',
      'TooManyFailures',
      'hard-limited: the newest 3 builds failed, bad-0902 last: create ended with exit code 1; one is tried after 2025-06-02T10:02:00Z, when the spec of the preset changes, or with `holdfast prebuilds retry small`; `holdfast prebuilds logs bad-0902` shows what it printed',
    ]);
    expect(conditions['BackingOff']?.[2]).toBe(
      'after failed builds nothing is created until 2025-06-02T09:05:00Z at the earliest',
    );
    const probing = presetSays(planned(states, '10:03')).conditions;
    expect(probing['HardLimited']?.[1]).toBe('Probing');
    expect(probing['BackingOff']).toEqual(['False', 'NothingToWaitFor', probing['HardLimited']?.[2]]);
  });

  it('that is hard-limited stays so for as long when the evidence is removed, whoever leads then', () => {
    const evidence = broken('09:00', '09:01', '09:02');
    const before = presetSays(planned([template(), preset({ instances: 1 }, { status: seen }), ...evidence], '09:03'));
    expect(before.status['failures']).toEqual([
      {
        version: 'v1',
        count: 3,
        lastAt: text('09:02'),
        workspace: 'bad-0902',
        message: 'create ended with exit code 1',
      },
    ]);
    const after = planned([template(), preset({ instances: 1 }, { status: before.status })], '09:04');
    expect(writesOf(after)).toEqual([expect.objectContaining({ creates: 0 })]);
    const { conditions, told } = presetSays(after);
    expect([conditions['HardLimited'], told]).toEqual([before.conditions['HardLimited'], []]);
    const good = workspace('good', { status: { ...READY, builtAt: text('09:05') } });
    const states = [template(), preset({ instances: 1 }, { status: before.status }), good];
    const worked = presetSays(planned(states, '09:06'));
    expect(worked.conditions['HardLimited']?.[0]).toBe('False');
    expect(worked.status['failures']).toEqual([]);
  });

  it('whose builds worked after some failed goes on knowing that, when what they built is gone', () => {
    const evidence = broken('09:00', '09:01', '09:02');
    const claimed = { spec: { owner: 'ada' }, status: { ...READY, builtAt: text('09:05') } };
    const with1 = (status: object, ...more: readonly ReturnType<typeof workspace>[]) =>
      planned([template(), preset({ instances: 1 }, { status: { ...status } }), ...evidence, ...more], '09:06');
    const { status } = presetSays(with1(seen, workspace('mine', claimed)));
    expect(status['lastBuilt']).toEqual([{ version: 'v1', at: text('09:05') }]);
    expect(writesOf(with1(status))).toEqual([expect.objectContaining({ creates: 1 })]);
  });

  it.each([
    ['paused', template(), { paused: true }, 'nothing is created or deleted: paused by the preset'],
    [
      'of a template that is deprecated',
      template({ spec: { deprecated: 'use go' } }),
      {},
      'the pool is emptied: its template is deprecated: use go',
    ],
  ])('that is %s says so wherever it tells why nothing is created', (_how, its, settings, message) => {
    const { conditions } = presetSays(planned([its, preset({ instances: 1, ...settings })], '09:00'));
    expect(conditions['BackingOff']).toEqual(['False', 'NothingToWaitFor', message]);
    expect(conditions['HardLimited']).toEqual(['False', 'NothingIsBuilt', message]);
  });

  it('that is of a template that is deprecated passes on what that says', () => {
    const deprecated = template({ spec: { deprecated: 'use go' } });
    const { conditions } = presetSays(planned([deprecated, preset({ instances: 1 })], '09:00'));
    const message = 'the pool is emptied: its template is deprecated: use go';
    expect(conditions['Ready']).toEqual(['False', 'Inactive', message]);
  });

  it('whose instances expire before they are ready says so, also while none is there', () => {
    const states = (more: readonly ReturnType<typeof workspace>[], status: object = seen) => [
      template(),
      preset({ instances: 1, ttlSeconds: 60 }, { status: { ...status } }),
      ...more,
    ];
    // Created at 08:00, built at 08:05.
    const first = presetSays(planned(states([workspace('a', { status: READY })]), '08:06'));
    const message =
      'instances expire before they are ready: the newest took 300 s to build, and ttlSeconds allows 60 s';
    expect(first.conditions['ExpireBeforeReady']).toEqual(['True', 'TtlTooShort', message]);
    expect(first.told).toEqual([{ type: 'Warning', reason: 'ExpireBeforeReady', message }]);
    const later = presetSays(planned(states([], first.status), '08:07'));
    expect(later.conditions['ExpireBeforeReady']).toEqual(['True', 'TtlTooShort', message]);
    expect(later.told).toEqual([]);
  });
});
