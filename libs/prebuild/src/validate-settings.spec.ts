import { describe, expect, it } from '@jest/globals';

import { seconds } from './instant.js';
import { validateSettings } from './validate-settings.js';

describe('the settings of a preset', () => {
  it('are accepted when all can be followed', () => {
    const scheduling = { timezone: 'Europe/Berlin', schedules: [{ cron: '* 9-18 * * 1-5', instances: 5 }] };
    const replacement = { strategy: 'Surge', maxSurge: 1 } as const;
    const settings = {
      instances: 2,
      min: 1,
      max: 9,
      scheduling,
      demandExpression: 'scheduled + misses_5m',
      replacement,
    };
    expect(validateSettings(settings)).toEqual([]);
  });

  it('are told every field at fault at once', () => {
    const problems = validateSettings({
      instances: -1,
      min: 4,
      max: 3,
      ttl: seconds(0.5),
      scheduling: {
        timezone: 'Berlin',
        schedules: [
          { cron: '* 9-18 * * 1-5', instances: 1 },
          { cron: '0 12 * * 1', instances: 1.5 },
        ],
      },
      demandExpression: 'claims',
      maxConcurrentCreations: 0,
      replacement: { strategy: 'Surge', maxSurge: 0 },
    });
    expect(problems.map(({ field, value }) => [field, value])).toEqual([
      ['instances', '-1'],
      ['max', '3'],
      ['ttl', '0.5 s'],
      ['scheduling.timezone', 'Berlin'],
      ['scheduling.schedules[1].cron', '0 12 * * 1'],
      ['scheduling.schedules[1].instances', '1.5'],
      ['demandExpression', 'claims'],
      ['maxConcurrentCreations', '0'],
      ['replacement.maxSurge', '0'],
    ]);
    expect(problems[1]?.message).toBe('3 is not accepted; expected a whole number from 4 to 5000');
    expect(problems[6]?.message).toMatch(/claims.*; expected an expression of scheduled, running, /);
  });
});
