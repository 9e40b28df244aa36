/** Builds with containers of this host's Docker or Podman: one for each workspace, found by its name. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, isAbsolute, join } from 'node:path';

import type { Work } from '@holdfast/provision';

import { BuildError } from '../driver.js';
import type { BuildContext, BuildOutput, Driver, Endpoints, Outcome } from '../driver.js';
import { endProcesses } from '../exec/process-table.js';
import { runScript } from '../exec/run-script.js';
import type { HostVariables } from '../exec/script-environment.js';
import { findPort } from '../exec/workspace-port.js';
import { waitUntilReady } from '../readiness.js';
import type { WorkspaceFolders, WorkspaceRecord } from '../workspace-folders.js';
import {
  execCommand,
  isRunningCommand,
  listCommand,
  parsePorts,
  portCommand,
  removeCommand,
  runCommand,
  startCommand,
  stopCommand,
} from './container-commands.js';
import type { ContainerSettings } from './container-commands.js';

export interface ContainerDriverOptions {
  readonly folders: WorkspaceFolders;
  readonly host: HostVariables;
}

const ENGINES = ['docker', 'podman'];
/** Nothing can be known of containers then. */
const AWAY = ['NoContainerEngine', 'EngineUnavailable'];
/** For what the engine answers without having to do anything. */
const SHORT_MS = 60_000;

const NOWHERE: BuildOutput = { write: () => Promise.resolve(), note: () => undefined };

export class ContainerDriver implements Driver {
  constructor(private readonly options: ContainerDriverOptions) {}

  async build(work: Work, context: BuildContext): Promise<Outcome> {
    const { uid, transition } = work.job;
    const { timeouts } = work;
    switch (transition) {
      case 'start':
        return this.start(work, context);
      case 'claim':
        await this.claim(work, context);
        return { status: 'succeeded', endpoints: work.endpoints };
      case 'stop':
        if (await this.mayBeThere(uid)) await this.engine(stopCommand(uid), timeouts.stopSeconds * 1_000, context);
        await this.note(uid, { runs: false });
        return { status: 'succeeded', endpoints: [] };
      case 'delete':
        if (await this.mayBeThere(uid)) await this.engine(removeCommand(uid), timeouts.deleteSeconds * 1_000, context);
        return { status: 'succeeded', endpoints: [] };
    }
  }

  /** A start that begins anew removes what was there; everything else may simply be done twice. */
  clearAttempt(): Promise<void> {
    return Promise.resolve();
  }

  async discard({ job: { uid } }: Work): Promise<void> {
    const context = { output: NOWHERE, signal: AbortSignal.timeout(SHORT_MS) };
    if (await this.mayBeThere(uid)) await this.engine(removeCommand(uid), SHORT_MS, context);
  }

  async suspend({ job: { uid } }: Work): Promise<void> {
    const record = await this.options.folders.read(uid);
    if (record?.created === true) await this.quietly(stopCommand(uid));
  }

  async isRunning({ work }: WorkspaceRecord): Promise<boolean> {
    return (await this.ask(isRunningCommand(work.job.uid)).catch(asNothing)).trim() === 'true';
  }

  bringBack(work: Work, context: BuildContext): Promise<Outcome> {
    return this.start(work, context);
  }

  private async start(work: Work, context: BuildContext): Promise<Outcome> {
    const { uid } = work.job;
    const settings = settingsOf(work);
    const record = await this.options.folders.read(uid);
    const createMs = work.timeouts.createSeconds * 1_000;
    try {
      if (record?.created === true) {
        await this.engine(startCommand(uid), createMs, context);
      } else {
        if (await this.isThere(uid)) await this.engine(removeCommand(uid), createMs, context);
        await this.note(uid, { containerAsked: true });
        await this.engine(runCommand(work, settings, await portsOf(uid, settings)), createMs, context);
        await this.note(uid, { created: true });
      }
      const endpoints = await this.endpointsOf(uid, settings);
      await this.probe(work, endpoints, context);
      await this.note(uid, { runs: true });
      return { status: 'succeeded', endpoints };
    } catch (error) {
      await this.note(uid, { runs: false });
      // Without an engine there is nothing to stop, either; the first problem is the one to tell.
      await this.quietly(stopCommand(uid)).catch(() => undefined);
      throw error;
    }
  }

  private async claim(work: Work, context: BuildContext): Promise<void> {
    const { claimCommand } = settingsOf(work);
    if (claimCommand === undefined) return;
    await this.engine(execCommand(work, claimCommand), work.timeouts.claimSeconds * 1_000, context);
  }

  private async probe(work: Work, endpoints: Endpoints, { signal, output }: BuildContext): Promise<void> {
    if (work.readiness === undefined) return;
    const timeoutMs = work.timeouts.readySeconds * 1_000;
    await waitUntilReady({
      probe: work.readiness,
      endpoints,
      timeoutMs,
      signal,
      runCommand: (command, limit) => this.engine(execCommand(work, command), timeoutMs, { output, signal: limit }),
    });
  }

  private async endpointsOf(uid: string, { ports = [] }: ContainerSettings): Promise<Endpoints> {
    const published = parsePorts(await this.ask(portCommand(uid)).catch(asNothing));
    return ports.flatMap(({ name, containerPort }) => {
      const port = published.get(containerPort);
      return port === undefined ? [] : [{ name, url: `http://127.0.0.1:${port}/` }];
    });
  }

  /** Whether there is a container; where none was ever asked for, that is known without an engine, too. */
  private async mayBeThere(uid: string): Promise<boolean> {
    try {
      return await this.isThere(uid);
    } catch (error) {
      const record = await this.options.folders.read(uid);
      const wasAsked = record?.created === true || record?.containerAsked === true;
      if (error instanceof BuildError && AWAY.includes(error.reason) && !wasAsked) return false;
      throw error;
    }
  }

  private async isThere(uid: string): Promise<boolean> {
    return (await this.ask(listCommand(uid))).trim() !== '';
  }

  /** What the engine prints; what it complains of, where it fails. */
  private async ask(args: readonly string[]): Promise<string> {
    const printed = { stdout: '', stderr: '' };
    const output: BuildOutput = {
      write: async (stream, data) => void (printed[stream] += Buffer.from(data).toString()),
      note: () => undefined,
    };
    try {
      await this.call(args, SHORT_MS, { output, signal: AbortSignal.timeout(SHORT_MS) });
    } catch (error) {
      if (!(error instanceof BuildError) || error.reason !== 'ScriptFailed') throw error;
      throw new BuildError('EngineUnavailable', [error.message, printed.stderr.trim()].filter(Boolean).join(': '));
    }
    return printed.stdout;
  }

  /** Done if it can be done: what is to be stopped may not be there. */
  private async quietly(args: readonly string[]): Promise<void> {
    const context = { output: NOWHERE, signal: AbortSignal.timeout(SHORT_MS) };
    await this.call(args, SHORT_MS, context).catch(failureOnly);
  }

  /** An engine that cannot be reached says so, rather than that its command has failed. */
  private async engine(args: readonly string[], timeoutMs: number, context: BuildContext): Promise<void> {
    try {
      await this.call(args, timeoutMs, context);
    } catch (error) {
      if (error instanceof BuildError && error.reason === 'ScriptFailed') await this.ask(listCommand('any'));
      throw error;
    }
  }

  private async call(args: readonly string[], timeoutMs: number, context: BuildContext): Promise<void> {
    const { path, lang } = this.options.host;
    const program = await findEngine(path);
    const sessions: number[] = [];
    await runScript({
      name: `${basename(program)} ${args[0] ?? ''}`,
      command: [program, ...args],
      cwd: '/',
      env: { PATH: path, LANG: lang, ...engineVariables() },
      timeoutMs,
      ...context,
      started: (session) => void sessions.push(session),
      endAll: () => endProcesses({ sessions }),
    });
  }

  private async note(uid: string, members: Partial<WorkspaceRecord>): Promise<void> {
    const record = await this.options.folders.read(uid);
    if (record !== undefined) await this.options.folders.write({ ...record, ...members });
  }
}

/** An engine without a daemon of root's keeps its images and sockets below these. */
const engineVariables = (): Readonly<Record<string, string>> => {
  const { XDG_RUNTIME_DIR } = process.env;
  return { HOME: homedir(), ...(XDG_RUNTIME_DIR === undefined ? {} : { XDG_RUNTIME_DIR }) };
};

/** The first engine on PATH. */
export const findEngine = async (path: string): Promise<string> => {
  for (const engine of ENGINES)
    for (const folder of path.split(delimiter).filter(isAbsolute))
      if (await isExecutable(join(folder, engine))) return join(folder, engine);
  throw new BuildError('NoContainerEngine', `neither ${ENGINES.join(' nor ')} is on the PATH of the provisioner`);
};

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

const settingsOf = ({ provisioner }: Work): ContainerSettings => {
  if (provisioner.container !== undefined) return provisioner.container;
  throw new BuildError('NoContainerSettings', 'the template version has no spec.provisioner.container');
};

const portsOf = async (uid: string, { ports = [] }: ContainerSettings) => {
  const taken = new Set<number>();
  const published = [];
  for (const { name, containerPort } of ports) {
    const hostPort = await findPort(`${uid}/${name}`, taken);
    taken.add(hostPort);
    published.push({ name, containerPort, hostPort });
  }
  return published;
};

const asNothing = (error: unknown): string => {
  failureOnly(error);
  return '';
};

const failureOnly = (error: unknown): void => {
  if (!(error instanceof BuildError) || error.reason === 'NoContainerEngine') throw error;
};
