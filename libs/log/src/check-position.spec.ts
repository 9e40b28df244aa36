import { describe, expect, it } from '@jest/globals';

import { checkPosition } from './check-position.js';
import { CheckpointMismatch } from './errors.js';

describe('a checkpoint', () => {
  const identity = { stream: 'HOLDFAST_LOG', created: '2026-01-01T00:00:00Z' };

  it.each([0, 41, 42])('within the log is taken: %d of 42', (sequence) => {
    expect(() => checkPosition(identity, 42, { ...identity, sequence })).not.toThrow();
  });

  it('beyond the end of the log is refused', () => {
    expect(() => checkPosition(identity, 42, { ...identity, sequence: 43 })).toThrow(
      new CheckpointMismatch('the checkpoint stands at sequence 43, the log ends at 42: the log lost its tail'),
    );
  });

  it('of a stream that was made at another time is refused', () => {
    const checkpoint = { ...identity, created: '2025-01-01T00:00:00Z', sequence: 7 };
    expect(() => checkPosition(identity, 42, checkpoint)).toThrow(CheckpointMismatch);
  });

  it('of another stream is refused', () => {
    expect(() => checkPosition(identity, 42, { ...identity, stream: 'OTHER', sequence: 7 })).toThrow(
      CheckpointMismatch,
    );
  });
});
