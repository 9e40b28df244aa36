// Child processes whose signals and exit codes pass through.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import process from 'node:process';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Resolves with the child's exit code once it ended, as a shell would count it. */
export const ended = (child) =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });

/** Runs a command to its end with our own input and output; resolves with its exit code. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options });
  const stop = passOn(child);
  try {
    return await ended(child);
  } finally {
    stop();
  }
}

/** The same beside others: what the command says is not shown but given to `hear`. */
export async function runAside(command, args, options, hear) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
  const stop = passOn(child);
  try {
    const [code, signal] = await once(child, 'close');
    return code ?? 128 + constants.signals[signal];
  } finally {
    stop();
  }
}

/** Makes this process a mere wrapper: signals go to the child, and its exit code becomes ours. */
export async function forwardTo(child) {
  passOn(child);
  process.exitCode = await ended(child);
}

function passOn(child) {
  const handlers = passedOn.map((signal) => [signal, () => pass(child, signal)]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

function pass(child, signal) {
  // Ctrl-C at a terminal reaches the child by itself; a second one would read as impatience.
  if (signal === 'SIGINT' && process.stdin.isTTY) return;
  child.kill(signal);
}
