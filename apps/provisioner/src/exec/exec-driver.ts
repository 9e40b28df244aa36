/**
 * Builds with scripts on this host. Whatever happens, the record says at least what was begun, and what runs can be found.
 *
 *   start: folder ─► create ─► start ─► endpoints ─► probe ─► runs
 *   claim: claim                         stop: stop ─► nothing runs          delete: delete ─► nothing runs ─► no folder
 */
import { readFile, writeFile } from 'node:fs/promises';

import type { Work } from '@holdfast/provision';

import { BuildError } from '../driver.js';
import type { BuildContext, Driver, Endpoints, Outcome } from '../driver.js';
import type { ReachPoint } from '../fault.js';
import { waitUntilReady } from '../readiness.js';
import type { WorkspaceFolders, WorkspaceRecord } from '../workspace-folders.js';
import { readEndpoints } from './endpoints-file.js';
import { areRunning, endProcesses, processesOf } from './process-table.js';
import { runScript, shell } from './run-script.js';
import { scriptEnvironment } from './script-environment.js';
import type { HostVariables } from './script-environment.js';

export interface ExecDriverOptions {
  readonly folders: WorkspaceFolders;
  readonly host: HostVariables;
  readonly reach: ReachPoint;
}

type ScriptName = 'create' | 'start' | 'stop' | 'claim' | 'delete';

export class ExecDriver implements Driver {
  constructor(private readonly options: ExecDriverOptions) {}

  async build(work: Work, context: BuildContext): Promise<Outcome> {
    await this.clearAttempt(work);
    switch (work.job.transition) {
      case 'start':
        return this.start(work, context);
      case 'claim':
        return this.claim(work, context);
      case 'stop':
        return this.stop(work, context);
      case 'delete':
        await this.tryScript('delete', work, context);
        await this.endAll(work);
        await this.options.folders.removeFolder(work.job.uid);
        return { status: 'succeeded', endpoints: [] };
    }
  }

  /** The hook of a claim, and what stops or deletes, find the servers as they are; a start begins with nothing. */
  async clearAttempt(work: Work): Promise<void> {
    const { build, transition } = work.job;
    await this.endAll(work, transition === 'start' ? {} : { build });
  }

  async discard(work: Work): Promise<void> {
    await this.endAll(work);
    await this.options.folders.removeFolder(work.job.uid);
  }

  async suspend(work: Work): Promise<void> {
    await this.endAll(work);
  }

  isRunning({ processes }: WorkspaceRecord): Promise<boolean> {
    return areRunning(processes);
  }

  async bringBack(work: Work, context: BuildContext): Promise<Outcome> {
    await this.endAll(work);
    return this.start(work, context);
  }

  private async start(work: Work, context: BuildContext): Promise<Outcome> {
    const { folders } = this.options;
    const { uid } = work.job;
    try {
      await writeFile(folders.endpointsFileOf(uid), '', { mode: 0o600 });
      const { created } = await this.recordOf(uid);
      if (!created) await folders.makeFolder(uid);
      const exec = work.provisioner.exec ?? {};
      for (const name of startScripts(exec, created)) await this.script(name, work, context);
      const endpoints = await this.endpointsOf(uid, []);
      await this.probe(work, endpoints, context);
      return { status: 'succeeded', endpoints };
    } catch (error) {
      await this.note(uid, { runs: false });
      await this.endAll(work);
      throw error;
    }
  }

  private async claim(work: Work, context: BuildContext): Promise<Outcome> {
    const { uid, build } = work.job;
    try {
      await writeFile(this.options.folders.endpointsFileOf(uid), '', { mode: 0o600 });
      await this.script('claim', work, context);
      return { status: 'succeeded', endpoints: await this.endpointsOf(uid, work.endpoints) };
    } catch (error) {
      await this.endAll(work, { build });
      throw error;
    }
  }

  private async stop(work: Work, context: BuildContext): Promise<Outcome> {
    await this.script('stop', work, context);
    await this.endAll(work);
    await this.note(work.job.uid, { runs: false, processes: [] });
    return { status: 'succeeded', endpoints: [] };
  }

  private async probe(work: Work, endpoints: Endpoints, { signal, output }: BuildContext): Promise<void> {
    if (work.readiness === undefined) return;
    await waitUntilReady({
      probe: work.readiness,
      endpoints,
      timeoutMs: work.timeouts.readySeconds * 1_000,
      signal,
      runCommand: async (command, limit) => {
        const sessions: number[] = [];
        await runScript({
          name: 'the probe',
          command,
          ...(await this.placeOf(work)),
          timeoutMs: work.timeouts.readySeconds * 1_000,
          output,
          signal: limit,
          started: (session) => void sessions.push(session),
          // What the scripts have started is not its own.
          endAll: () => endProcesses({ sessions }),
        });
      },
    });
  }

  /** What a workspace is deleted with must not keep it from being deleted. */
  private async tryScript(name: ScriptName, work: Work, context: BuildContext): Promise<void> {
    try {
      if (await this.options.folders.hasFolder(work.job.uid)) await this.script(name, work, context);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      context.output.note(`${error.message}; it is deleted all the same`);
    }
  }

  private async script(name: ScriptName, work: Work, context: BuildContext): Promise<void> {
    const text = work.provisioner.exec?.[name];
    if (text === undefined) return;
    const { uid, build } = work.job;
    const sessions: number[] = [];
    await runScript({
      name,
      command: shell(text),
      ...(await this.placeOf(work)),
      timeoutMs: secondsOf(name, work) * 1_000,
      ...context,
      started: (session) => {
        sessions.push(session);
        this.options.reach('script-runs');
      },
      endAll: () => endProcesses({ uid, build, sessions }),
    });
    // Noted at once, while the session is certainly the script's own: nothing else may lead to what it left.
    const { processes } = await this.recordOf(uid);
    await this.note(uid, { processes: await processesOf({ uid, sessions, known: processes }) });
  }

  private async placeOf(work: Work): Promise<{ cwd: string; env: Record<string, string> }> {
    const { folders, host } = this.options;
    const { uid } = work.job;
    const { port } = await this.recordOf(uid);
    const place = { folder: folders.folderOf(uid), port, endpointsFile: folders.endpointsFileOf(uid) };
    return { cwd: place.folder, env: scriptEnvironment(work, place, host) };
  }

  private async endAll({ job: { uid } }: Work, only: { readonly build?: number } = {}): Promise<void> {
    const record = only.build === undefined ? await this.options.folders.read(uid) : undefined;
    const left = await endProcesses({ uid, ...only, known: record?.processes ?? [] });
    if (left.length === 0) return;
    const pids = left.map(({ pid }) => pid).join(', ');
    throw new BuildError('ProcessesRemain', `processes ${pids} did not end when they were killed`);
  }

  private async endpointsOf(uid: string, former: Endpoints): Promise<Endpoints> {
    return readEndpoints(await readFile(this.options.folders.endpointsFileOf(uid), 'utf8'), former);
  }

  private async recordOf(uid: string): Promise<WorkspaceRecord> {
    const record = await this.options.folders.read(uid);
    if (record === undefined) throw new Error(`there is no record of the workspace ${uid}`);
    return record;
  }

  private async note(uid: string, members: Partial<WorkspaceRecord>): Promise<void> {
    await this.options.folders.write({ ...(await this.recordOf(uid)), ...members });
  }
}

/** `create` once; a template without `start` has everything in `create`. */
const startScripts = (exec: NonNullable<Work['provisioner']['exec']>, created: boolean): readonly ScriptName[] => {
  if (!created) return ['create', 'start'];
  return exec.start === undefined ? ['create'] : ['start'];
};

const secondsOf = (name: ScriptName, { timeouts }: Work): number => {
  switch (name) {
    case 'create':
    case 'start':
      return timeouts.createSeconds;
    case 'claim':
      return timeouts.claimSeconds;
    case 'stop':
      return timeouts.stopSeconds;
    case 'delete':
      return timeouts.deleteSeconds;
  }
};
