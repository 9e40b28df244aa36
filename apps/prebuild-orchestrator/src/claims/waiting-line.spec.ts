import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';

import type { OpenClaim } from './claim-desk.js';
import { WaitingLine } from './waiting-line.js';

const CLAIM: OpenClaim = {
  subject: {
    namespace: 'default',
    name: 'mine',
    uid: 'uid-mine',
    spec: { preset: 'web', owner: 'ada', parameters: {}, waitSeconds: 1 },
  },
  since: new Date(),
};
const WAIT_MS = 1_000;

/** Timers go on as told, the time of day as told, too: each by itself. */
let now = 0;
beforeEach(() => {
  now = Date.now();
  jest.useFakeTimers({ doNotFake: ['Date'] });
  jest.spyOn(Date, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('a claim whose timer fires early waits on, and is called at its time', () => {
  const line = new WaitingLine();
  let calls = 0;
  line.add('default/mine', CLAIM, { pool: 'default/web', until: new Date(now + WAIT_MS) }, () => (calls += 1));
  now += WAIT_MS - 5;
  jest.advanceTimersByTime(WAIT_MS);
  expect(calls).toBe(0);
  now += 5;
  jest.advanceTimersByTime(5);
  expect(calls).toBe(1);
});

it('a claim that left is not called', () => {
  const line = new WaitingLine();
  let calls = 0;
  line.add('default/mine', CLAIM, { pool: 'default/web', until: new Date(now + WAIT_MS) }, () => (calls += 1));
  now += WAIT_MS - 5;
  jest.advanceTimersByTime(WAIT_MS);
  line.remove('default/mine');
  now += WAIT_MS;
  jest.advanceTimersByTime(WAIT_MS);
  expect(calls).toBe(0);
});
