import { expect, it } from '@jest/globals';

import type { PlanReason } from './plan-reason.js';
import { reasonText } from './reason-text.js';

const problem = { field: 'schedules[0].cron', value: '* 24 * * *', message: 'hour "24" is not within 0 to 23' };
const failures = { count: 1, lastAt: 0n, last: { workspace: 'a', message: 'x'.repeat(200) } };

it.each<[PlanReason, string]>([
  [{ kind: 'inactive', because: 'template-deprecated' }, 'the pool is emptied: its template is deprecated'],
  [
    { kind: 'inactive', because: 'template-deprecated', told: 'use go' },
    'the pool is emptied: its template is deprecated: use go',
  ],
  [{ kind: 'stopped', ids: ['a', 'b'] }, 'a, b are deleted: stopped, so that nobody can claim them'],
  [{ kind: 'paused', by: 'preset' }, 'nothing is created or deleted: paused by the preset'],
  [{ kind: 'scheduling-off', problems: [problem] }, 'no schedule is followed: hour "24" is not within 0 to 23'],
  [{ kind: 'schedule-skipped', problem }, 'schedules[0].cron is skipped: hour "24" is not within 0 to 23'],
  [
    { kind: 'demand-fell-back', problem: 'division by zero', instances: 2 },
    'the demand expression is not followed, and 2 stays: division by zero',
  ],
  [
    { kind: 'parameters-unfit', problems: ['spec.parameters.size: Required value: a string'] },
    "nothing is created: the active version does not take the preset's parameters: spec.parameters.size: Required value: a string",
  ],
  [
    { kind: 'hard-limited', preset: 'web', probe: false },
    'hard-limited: the newest builds all failed; one is tried after a cool-down, when the spec of the preset changes, or with `holdfast prebuilds retry web`',
  ],
])('%j reads: %s', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});

it('tells no more of a failure than can be read at a glance', () => {
  const text = reasonText({ kind: 'backing-off', preset: 'web', failures, until: 0n });
  expect(text).toContain(`the newest build failed, a last: ${'x'.repeat(160)}…; the next`);
});
