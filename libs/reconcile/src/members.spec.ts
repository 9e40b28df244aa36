import { describe, expect, it } from '@jest/globals';

import { Members } from './members.js';

const membersOfMe = (): Members => new Members({ me: 'me', silenceMs: 4_000, listenMs: 1_200 });

/** Has heard itself and `others` every second until `until`. */
const listening = (until: number, ...others: string[]): Members => {
  const members = membersOfMe();
  for (let now = 0; now <= until; now += 1_000) for (const id of ['me', ...others]) members.heard(id, now);
  return members;
};

describe('a replica that was not heard yet', () => {
  it('may not work', () => {
    expect(membersOfMe().isHeard(0)).toBe(false);
    expect(membersOfMe().present([], 0)).toEqual([]);
  });

  it('may, from when it hears itself', () => {
    const members = membersOfMe();
    expect(members.heard('me', 0)).toBe(true);
    expect(members.isHeard(0)).toBe(true);
    expect(members.present([undefined], 0)).toEqual(['me']);
  });
});

describe('a holder that was never heard', () => {
  it('may be there until we have listened for a while', () => {
    const members = listening(1_000);
    expect(members.present(['old', undefined, 'old'], 1_199)).toEqual(['me', 'old']);
    expect(members.present(['old'], 1_200)).toEqual(['me']);
  });

  it('is gone at once when it said goodbye, and stays so whatever arrives late', () => {
    const members = membersOfMe();
    members.heard('me', 0);
    members.heard('old', 0);
    members.said('old');
    members.heard('old', 1);
    expect(members.present(['old'], 1)).toEqual(['me']);
  });
});

describe('a member that falls silent', () => {
  it('is there up to the limit, and gone after it', () => {
    const members = listening(4_000, 'you');
    for (const now of [5_000, 6_000, 7_000, 8_000]) members.heard('me', now);
    expect(members.present(['you'], 8_000)).toEqual(['me', 'you']);
    expect(members.present(['you'], 8_001)).toEqual(['me']);
  });

  it('is news when it is heard again, so that it is answered', () => {
    const members = listening(4_000, 'you');
    expect(members.heard('you', 8_000)).toBe(false);
    expect(members.heard('you', 12_001)).toBe(true);
  });
});

describe('a replica that does not hear itself', () => {
  it('may not work, though it ran on', () => {
    expect(listening(4_000).isHeard(8_000)).toBe(true);
    expect(listening(4_000).isHeard(8_001)).toBe(false);
  });

  it('declares nobody dead from having slept: it listens anew when it wakes up', () => {
    const members = listening(4_000, 'you');
    members.heard('me', 60_000);
    expect(members.present(['you'], 61_199)).toEqual(['me', 'you']);
    expect(members.present(['you'], 61_200)).toEqual(['me']);
    members.heard('you', 61_300);
    expect(members.present(['you'], 61_300)).toEqual(['me', 'you']);
  });
});
