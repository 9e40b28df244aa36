import { expect, it } from '@jest/globals';

import { isFailedStart } from './failed-start.js';
import { failed, pending, READY, text, workspace } from './plan-pass.fixtures.js';

const broken = failed(text('09:00'));
const brokenDelete = { ...broken, build: { ...(broken['build'] as object), transition: 'delete' } };
const ofAda = { owner: 'ada' };

it.each([
  ['a build that has failed', pending(), broken, {}, true],
  ['one that is known to have failed', broken, broken, {}, false],
  ['one that was built', pending(), READY, {}, false],
  ['one that could not be deleted', READY, brokenDelete, {}, false],
  ['one that somebody has claimed', pending(), broken, ofAda, false],
])('of %s tells whether the pool lost an instance', (_what, before, after, spec, expected) => {
  const [was, is] = [workspace('a', { spec, status: before }), workspace('a', { spec, status: after })];
  expect(isFailedStart({ key: is.key, before: was, after: is })).toBe(expected);
});
