/**
 * One service as a child process: its output passed on line by line, started again with growing pauses when it ends by
 * itself. It ends itself when our end of its standard input closes, so it never outlives us.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

import { forgetProcess, guardProcess } from '../guardian.js';
import { pollUntil } from '../poll.js';
import { ConfigurationError } from './configuration.js';
import { crashesInARow, restartDelay } from './back-off.js';
import type { Report } from './events.js';
import type { ServiceName } from './services.js';

const STOP_LIMIT_MS = 15_000;
const READY_LIMIT_MS = 60_000;
/** Looking costs time that the service needs to become ready. */
const LOOK_AGAIN_MS = 60;
const LAST_LINES = 12;
/** EX_CONFIG of sysexits.h: starting again cannot help. */
const WRONG_CONFIGURATION = 78;
const CRASHES_BEFORE_READY = 5;

export interface ServiceCommand {
  readonly name: string;
  readonly service: ServiceName;
  /** The script that node runs. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where it answers /readyz. */
  readonly health: string;
  /** Where clients reach it; empty when it has none. */
  readonly address: string;
  readonly logFile: string;
}

export interface SupervisorEvents {
  readonly report: Report;
  /** Called with each new process of the service, the first one too. */
  readonly started: (pid: number) => void;
}

export class ServiceProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private everReady = false;
  private failure: Error | undefined;
  private crashes = 0;
  private restart: NodeJS.Timeout | undefined;
  private readonly lastLines: string[] = [];
  private readonly log: WriteStream;

  constructor(
    readonly command: ServiceCommand,
    private readonly events: SupervisorEvents,
  ) {
    this.log = createWriteStream(command.logFile, { flags: 'a', mode: 0o600 });
    this.launch();
  }

  /** The current process; undefined between a crash and the next start. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Resolves when the service says it is ready; rejects when it cannot become so, with what it said. */
  async ready(signal?: AbortSignal): Promise<void> {
    const late = (): Error => this.startError(`not ready within ${READY_LIMIT_MS / 1000} s`);
    const look = (): Promise<true | undefined> => {
      signal?.throwIfAborted();
      return this.look();
    };
    await pollUntil(look, { limitMs: READY_LIMIT_MS, late, everyMs: LOOK_AGAIN_MS });
    this.everReady = true;
  }

  /** Resolves when the process has ended; it is not started again. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const { child } = this;
    if (child !== undefined) {
      const ended = new Promise((resolve) => child.once('close', resolve));
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
      clearTimeout(insist);
    }
    await new Promise((resolve) => this.log.end(resolve));
  }

  private async look(): Promise<true | undefined> {
    if (this.failure !== undefined) throw this.failure;
    if (this.stopping) throw this.startError('it was stopped');
    const answer = await fetch(`${this.command.health}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    return answer?.ok === true ? true : undefined;
  }

  private launch(): void {
    const { name, script, env } = this.command;
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--enable-source-maps', script], {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C in the terminal reaches the supervisor alone, which stops things in their order.
      detached: true,
      env: { ...env, HOLDFAST_PARENT_PIPE: '1' },
    });
    this.child = child;
    child.stdin.on('error', () => undefined);
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output }).on('line', (line) => this.heard(line));
    // A process that could not be started is told of here, and ends all the same.
    child.once('error', (error) => this.heard(`could not be started: ${error.message}`));
    // `close` comes after the last line of output, which tells why.
    child.once('close', (code, signal) =>
      this.ended(signal === null ? `exit code ${code}` : `signal ${signal}`, code, startedAt),
    );
    if (child.pid === undefined) return;
    guardProcess(child.pid, 'services', 'TERM');
    this.events.started(child.pid);
    if (this.crashes > 0) this.events.report({ kind: 'restarted', name, pid: child.pid });
  }

  private heard(line: string): void {
    this.lastLines.push(line);
    if (this.lastLines.length > LAST_LINES) this.lastLines.shift();
    this.log.write(`${line}\n`);
    this.events.report({ kind: 'output', name: this.command.name, line });
  }

  private ended(outcome: string, code: number | null, startedAt: number): void {
    if (this.child?.pid !== undefined) forgetProcess(this.child.pid);
    this.child = undefined;
    if (this.stopping) return;
    this.crashes = crashesInARow(this.crashes, performance.now() - startedAt);
    if (!this.everReady && code === WRONG_CONFIGURATION) {
      this.failure = new ConfigurationError(this.lastLines.map((line) => line.trim()));
      return;
    }
    if (!this.everReady && this.crashes >= CRASHES_BEFORE_READY) {
      this.failure = this.startError(`it ended with ${outcome}`);
      return;
    }
    const againInMs = restartDelay(this.crashes);
    this.events.report({ kind: 'crashed', name: this.command.name, outcome, againInMs });
    this.restart = setTimeout(() => this.launch(), againInMs);
  }

  private startError(why: string): Error {
    const { name, logFile } = this.command;
    return new Error([`${name} did not start: ${why}; its log is ${logFile}`, ...this.lastLines].join('\n  '));
  }
}
