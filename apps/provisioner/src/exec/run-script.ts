/** One script as a session of its own, with nothing but the environment that it is given. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { BuildError } from '../driver.js';
import type { BuildOutput } from '../driver.js';

export interface ScriptRun {
  /** What it is called in messages: `create`. */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly output: BuildOutput;
  /** Called with the id of its session. */
  readonly started: (session: number) => void;
  /** Ends all that the script has started; it has run out of time, or nobody wants it any more. */
  readonly endAll: () => Promise<unknown>;
}

export type ScriptEnd = { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null };

/** How long the output that is still in the pipe may be silent before it counts as read. */
const QUIET_MS = 50;
/** Who prints without end in the background is not listened to for ever. */
const LONGEST_REST_MS = 1_000;

export const shell = (script: string): readonly [string, ...string[]] => ['/bin/sh', '-eu', '-c', script];

/** Resolves when the script has ended by itself with 0; what it left in the background runs on. */
export const runScript = async (run: ScriptRun): Promise<void> => {
  run.signal.throwIfAborted();
  const [program, ...args] = run.command;
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: { ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pipes = [pump(child.stdout, 'stdout', run.output), pump(child.stderr, 'stderr', run.output)];
  const exited = exitOf(child);
  if (child.pid !== undefined) run.started(child.pid);

  const end = await firstOf(run, exited);
  if (typeof end === 'string') {
    await run.endAll();
    await exited.catch(() => undefined);
  }
  await Promise.all(pipes.map((pipe) => pipe.letGo()));
  if (end === 'aborted') run.signal.throwIfAborted();
  if (end === 'timedOut') throw new BuildError('TimedOut', `${run.name} did not end within ${run.timeoutMs / 1_000} s`);
  if (typeof end === 'string' || end.code === 0) return;
  const how = end.code === null ? `was ended by ${end.signal}` : `ended with ${end.code}`;
  throw new BuildError('ScriptFailed', `${run.name} ${how}`);
};

const exitOf = (child: ChildProcess): Promise<ScriptEnd> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new BuildError('ScriptFailed', `it could not be started: ${error.message}`)));
    // `exit`, not `close`: a server in the background keeps the pipes open.
    child.once('exit', (code, signal) => resolve({ kind: 'exited', code, signal }));
  });

const firstOf = async (
  { timeoutMs, signal }: ScriptRun,
  exited: Promise<ScriptEnd>,
): Promise<ScriptEnd | 'timedOut' | 'aborted'> => {
  const over = new AbortController();
  const late = delay(timeoutMs, 'timedOut' as const, { signal: AbortSignal.any([over.signal, signal]) }).catch(
    () => 'aborted' as const,
  );
  try {
    return await Promise.race([exited, late]);
  } finally {
    over.abort();
  }
};

interface Pump {
  /** Resolves when what was printed before the end is taken; what comes later goes nowhere. */
  letGo(): Promise<void>;
}

/** Reads no faster than the output takes it: a gigabyte never stands in memory. */
const pump = (pipe: Readable, stream: 'stdout' | 'stderr', output: BuildOutput): Pump => {
  let latest = performance.now();
  let writing: Promise<void> = Promise.resolve();
  let ended = false;
  const take = (data: Buffer): void => {
    latest = performance.now();
    pipe.pause();
    writing = output.write(stream, data).then(() => {
      latest = performance.now();
      pipe.resume();
    });
  };
  pipe.on('data', take);
  pipe.once('close', () => (ended = true));
  // A pipe that breaks says no more than its end.
  pipe.on('error', () => undefined);
  return {
    letGo: async () => {
      const began = performance.now();
      const isQuiet = (): boolean => performance.now() - Math.max(latest, began) >= QUIET_MS;
      while (!ended && !isQuiet() && performance.now() - began < LONGEST_REST_MS) await delay(QUIET_MS / 5);
      await writing;
      pipe.off('data', take);
      pipe.resume();
    },
  };
};
