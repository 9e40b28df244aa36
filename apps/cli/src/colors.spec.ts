import { describe, expect, it } from '@jest/globals';

import { wantsColors } from './colors.js';

describe('whether the command paints what it tells', () => {
  it.each([
    [true, {}, true],
    [true, { TERM: 'xterm-256color' }, true],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [false, {}, false],
    [false, { CI: 'true' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: '0' }, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ] as const)('terminal %s with %p: %s', (isTTY, env, expected) => {
    expect(wantsColors({ isTTY, env })).toBe(expected);
  });
});
