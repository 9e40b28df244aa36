import type { Output } from '../output-option.js';

export interface ReplayOptions {
  readonly dir: string;
  readonly output: Output;
}
