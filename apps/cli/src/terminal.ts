/** How the stack's events look on a terminal: one line each, prefixed by who speaks. */
import { SERVICES } from '@holdfast/local-stack';
import type { Report, StackEvent } from '@holdfast/local-stack';

import { colors } from './colors.js';
import { readLogLine } from './log-line.js';

export interface TerminalOptions {
  /** False shows only what a reader has to know: warnings, errors, crashes. */
  readonly verbose: boolean;
  readonly write: (line: string) => void;
}

const NAMES = ['nats-server', 'postgres', ...SERVICES];
const WIDTH = Math.max(...NAMES.map((name) => name.length));
const PALETTE = [colors.cyan, colors.blue, colors.magenta, colors.green, colors.yellow, colors.gray];

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 9_950 ? 2 : 1)} s`;

export const terminalReport =
  ({ verbose, write }: TerminalOptions): Report =>
  (event) => {
    const line = render(event, verbose);
    if (line !== undefined) write(line);
  };

const render = (event: StackEvent, verbose: boolean): string | undefined => {
  switch (event.kind) {
    case 'note':
      return `  ${event.message}`;
    case 'ready':
      return `  ${colors.green('✓')} ${event.name.padEnd(WIDTH)}  ${seconds(event.tookMs).padStart(7)}  ${colors.dim(event.detail)}`.trimEnd();
    case 'output':
      return renderOutput(event.name, event.line, verbose);
    case 'crashed':
      return `${prefix(event.name)} ${colors.red(`ended with ${event.outcome}`)}, starting again in ${event.againInMs} ms`;
    case 'restarted':
      return `${prefix(event.name)} ${colors.green('started again')} as process ${event.pid}`;
  }
};

const renderOutput = (name: string, line: string, verbose: boolean): string | undefined => {
  const { severity, text } = readLogLine(line);
  if (!verbose && severity !== 'warn' && severity !== 'error') return undefined;
  const paint = { debug: colors.dim, info: String, warn: colors.yellow, error: colors.red }[severity];
  return `${prefix(name)} ${paint(text)}`;
};

const prefix = (name: string): string => {
  const paint = PALETTE[Math.max(NAMES.indexOf(name), 0) % PALETTE.length] ?? String;
  return paint(`${name.padEnd(WIDTH)} │`);
};
