import type { BenchStack } from '../bench-stack.js';

/** One thing to measure; run several times, in turn with the others. */
export interface Scenario {
  readonly name: string;
  /** Runs once only, after all others, since it changes what they measure. */
  readonly last?: true;
  readonly run: (bench: BenchStack, seconds: number) => Promise<Readonly<Record<string, number>>>;
}

export const clientsText = (clients: number): string => (clients === 1 ? '1 client' : `${clients} clients`);
