import { describe, expect, it } from '@jest/globals';

import { remind } from './remind.js';

const reminder = (at: string) => ({ metadata: { name: 'tea' }, spec: { at, text: 'The tea is ready' } });
const NOON = new Date('2026-01-01T12:00:00Z');

describe('a reminder', () => {
  it('waits for its time', () => {
    expect(remind(reminder('2026-01-01T12:03:00Z'), NOON)).toEqual({
      outcome: { kind: 'after', seconds: 180, reason: 'Armed', message: 'rings at 2026-01-01T12:03:00Z' },
      status: { phase: 'Armed' },
      children: [],
    });
  });

  it('rings when its time has come', () => {
    expect(remind(reminder('2026-01-01T12:00:00Z'), NOON)).toMatchObject({
      outcome: { kind: 'done', reason: 'Rang', message: 'The tea is ready' },
      children: [{ kind: 'ConfigMap', metadata: { name: 'tea-rang' }, data: { text: 'The tea is ready' } }],
    });
  });

  it('never rings at what is no time', () => {
    expect(remind(reminder('soon'), NOON)).toMatchObject({ outcome: { kind: 'stalled', reason: 'NotATime' } });
  });
});
