import { Option } from 'commander';

export type Output = 'text' | 'json';

/** Every subcommand answers people by default, and programs when asked. */
export const outputOption = (): Option =>
  new Option('-o, --output <form>', 'how the result is printed').choices(['text', 'json']).default('text');
