/** A server that runs beside us: its output in a file, guarded, and stopped with the signal it likes. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { forgetProcess, guardProcess } from './guardian.js';

const STOP_LIMIT_MS = 10_000;

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly uid?: number;
  readonly gid?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves with what ended it, in words. */
  readonly ended: Promise<string>;
  /** What ended it; undefined while it runs. */
  outcome(): string | undefined;
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, insists after 10 s, resolves when it is gone. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
}

export const startServerProcess = async (server: ServerCommand): Promise<ServerProcess> => {
  const log = openSync(server.logFile, 'a', 0o600);
  const child = spawn(server.command, server.args, {
    stdio: ['ignore', log, log],
    // Ctrl-C in the terminal reaches our process alone, which then stops things in their order.
    detached: true,
    cwd: '/',
    ...(server.env === undefined ? {} : { env: server.env }),
    ...(server.uid === undefined ? {} : { uid: server.uid }),
    ...(server.gid === undefined ? {} : { gid: server.gid }),
  });
  closeSync(log);
  child.unref();

  let outcome: string | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve((outcome = `could not be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) forgetProcess(child.pid);
      resolve((outcome = signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${server.name} ${await ended}`);
  guardProcess(pid, 'servers', server.stopSignal === 'SIGINT' ? 'INT' : 'TERM');

  const kill9 = async (): Promise<void> => {
    child.kill('SIGKILL');
    await withHandle(child, ended);
  };
  return {
    pid,
    ended,
    outcome: () => outcome,
    signal: (signal) => void child.kill(signal),
    kill9,
    stop: async () => {
      child.kill('SIGCONT');
      child.kill(server.stopSignal);
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await withHandle(child, ended);
      clearTimeout(insist);
    },
  };
};

/** Node may leave while only unreferenced children run; waiting for one must hold it. */
const withHandle = async (child: { ref(): void; unref(): void }, ended: Promise<string>): Promise<void> => {
  child.ref();
  await ended;
  child.unref();
};

/** An error that tells why a server is not there, with the end of its log. */
export const serverError = async (what: string, logFile: string): Promise<Error> => {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const tail = log.trim().split('\n').slice(-8).join('\n');
  return new Error(`${what}; its log, ${logFile}, ends with:\n${tail}`);
};
