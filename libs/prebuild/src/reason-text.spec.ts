import { expect, it } from '@jest/globals';

import type { PlanReason } from './plan-pool.js';
import { reasonText } from './reason-text.js';

const problem = { field: 'schedules[0].cron', value: '* 24 * * *', message: 'hour "24" is not within 0 to 23' };

it.each<[PlanReason, string]>([
  [{ kind: 'inactive', because: 'template-deprecated' }, 'the pool is emptied: its template is deprecated'],
  [{ kind: 'paused', by: 'preset' }, 'nothing is created or deleted: paused by the preset'],
  [{ kind: 'scheduling-off', problems: [problem] }, 'no schedule is followed: hour "24" is not within 0 to 23'],
  [{ kind: 'schedule-skipped', problem }, 'schedules[0].cron is skipped: hour "24" is not within 0 to 23'],
  [
    { kind: 'demand-fell-back', problem: 'division by zero' },
    'the demand expression is not followed: division by zero',
  ],
  [{ kind: 'bounded', asked: 12, bound: 'max' }, '12 would be beyond max'],
  [
    { kind: 'parameters-unfit', problems: ['spec.parameters.size: Required value: a string'] },
    "nothing is created: the active version does not take the preset's parameters: spec.parameters.size: Required value: a string",
  ],
  [
    { kind: 'hard-limited', probe: false },
    'hard-limited, since the newest builds all failed: none is started until the cool-down is over, the spec changes, or `holdfast prebuilds retry`; `holdfast prebuilds logs` tells why they failed',
  ],
  [{ kind: 'hard-limited', probe: true }, 'hard-limited, since the newest builds all failed: one build is tried'],
  [{ kind: 'held-back', count: 3, by: 'system' }, '3 more wait: as many are created at once as the system allows'],
])('%j reads: %s', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});
