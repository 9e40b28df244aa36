import { eventually } from '@holdfast/testing';
import type { Patience } from '@holdfast/testing';

/** Resolves once the expectation holds; fails with what it said last. */
export const holds = async (expectation: () => Promise<void> | void, patience?: Patience): Promise<void> => {
  await eventually(async () => {
    await expectation();
    return true;
  }, patience);
};
