import { describe, expect, it } from '@jest/globals';

import { Silence } from './silence.js';

const after = (seconds: number): number => seconds * 1_000;

/** Checks ten times a second, as nobody who was paused could. */
const checked = (silence: Silence, from: number, to: number): void => {
  for (let now = after(from); now <= after(to); now += 100) silence.check(now);
};

describe('silence', () => {
  it('begins when something is asked', () => {
    const silence = new Silence();
    checked(silence, 0, 60);
    expect(silence.isWorrying(after(60))).toBe(false);
    silence.asked(after(60));
    expect(silence.isWorrying(after(60.9))).toBe(false);
    expect(silence.isWorrying(after(61))).toBe(true);
    expect(silence.isAway(after(64.9))).toBe(false);
    expect(silence.isAway(after(65))).toBe(true);
  });

  it('is not shortened by asking more', () => {
    const silence = new Silence();
    silence.asked(after(0));
    silence.asked(after(4));
    expect(silence.isAway(after(5))).toBe(true);
  });

  it('ends with an answer, and begins anew for what still waits', () => {
    const silence = new Silence();
    silence.asked(after(0));
    silence.heard(after(4), true);
    expect(silence.isAway(after(8.9))).toBe(false);
    expect(silence.isAway(after(9))).toBe(true);
    silence.heard(after(9), false);
    expect(silence.isAway(after(60))).toBe(false);
  });

  it('leaves what may have happened its own patience', () => {
    const silence = new Silence();
    silence.asked(after(0));
    expect(silence.outlasts(after(4), after(8.9))).toBe(false);
    expect(silence.outlasts(after(4), after(9))).toBe(true);
  });

  it('is not counted while who listens was paused', () => {
    const silence = new Silence();
    silence.asked(after(0));
    checked(silence, 0, 1);
    silence.check(after(30));
    expect(silence.isAway(after(30))).toBe(false);
    expect(silence.isAway(after(35))).toBe(true);
  });
});
