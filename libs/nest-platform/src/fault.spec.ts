import { describe, expect, it } from '@jest/globals';

import { ConfigError, readConfig } from './config.js';
import { faultVariable } from './fault.js';

const shape = { HOLDFAST_FAULT: faultVariable(['after-write', 'before-reply']) };

describe('the variable that names a fault', () => {
  it.each([
    ['after-write', { point: 'after-write', occurrence: 1 }],
    ['before-reply:12', { point: 'before-reply', occurrence: 12 }],
  ])('%s is a point, and the time at which to die there', (text, fault) => {
    expect(readConfig(shape, { HOLDFAST_FAULT: text })).toEqual({ HOLDFAST_FAULT: fault });
  });

  it('is not needed', () => {
    expect(readConfig(shape, {}).HOLDFAST_FAULT).toBeUndefined();
  });

  it.each(['elsewhere', 'after-write:', 'after-write:0', 'after-write:-1', 'after-write:1.5', 'after-write:1:2'])(
    '%s is refused',
    (text) => {
      expect(() => readConfig(shape, { HOLDFAST_FAULT: text })).toThrow(
        new ConfigError([
          `HOLDFAST_FAULT=${text}: expected one of after-write, before-reply, with :<n> for the n-th time`,
        ]),
      );
    },
  );
});
