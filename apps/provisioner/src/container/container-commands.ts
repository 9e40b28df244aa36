/** The command lines of docker and podman, which understand the same words. */
import type { Work } from '@holdfast/provision';

import { workspaceVariables } from '../exec/script-environment.js';

export type ContainerSettings = NonNullable<Work['provisioner']['container']>;

export interface PublishedPort {
  readonly name: string;
  readonly containerPort: number;
  readonly hostPort: number;
}

export const containerName = (uid: string): string => `holdfast-${uid}`;

/** Variables are arguments, never the engine's own environment: `DOCKER_HOST` of a template must not lead it elsewhere. */
export const runCommand = (work: Work, settings: ContainerSettings, ports: readonly PublishedPort[]): string[] => [
  'run',
  '--detach',
  '--init',
  '--name',
  containerName(work.job.uid),
  '--label',
  `dev.holdfast.workspace=${work.job.uid}`,
  '--security-opt',
  'no-new-privileges',
  // What the template says, and what the workspace may know of itself.
  ...environmentArguments({ ...settings.env, ...workspaceVariables(work) }),
  ...ports.flatMap(({ hostPort, containerPort }) => ['--publish', `127.0.0.1:${hostPort}:${containerPort}`]),
  ...(settings.memory === undefined ? [] : ['--memory', settings.memory]),
  ...(settings.cpus === undefined ? [] : ['--cpus', settings.cpus]),
  '--',
  settings.image,
  ...(settings.command ?? []),
];

/** Inside the container: the claim's hook, or a probe. */
export const execCommand = (work: Work, command: readonly string[]): string[] => [
  'exec',
  ...environmentArguments(workspaceVariables(work)),
  containerName(work.job.uid),
  ...command,
];

export const startCommand = (uid: string): string[] => ['start', containerName(uid)];
export const stopCommand = (uid: string): string[] => ['stop', '--time', '5', containerName(uid)];
export const removeCommand = (uid: string): string[] => ['rm', '--force', '--volumes', containerName(uid)];
export const isRunningCommand = (uid: string): string[] => [
  'inspect',
  '--format',
  '{{.State.Running}}',
  containerName(uid),
];
/** Prints nothing where there is none, and fails only when the engine cannot be reached. */
export const listCommand = (uid: string): string[] => [
  'ps',
  '--all',
  '--quiet',
  '--filter',
  `label=dev.holdfast.workspace=${uid}`,
];
export const portCommand = (uid: string): string[] => ['port', containerName(uid)];

/** Reads what `port` prints: `80/tcp -> 127.0.0.1:20080`. */
export const parsePorts = (text: string): ReadonlyMap<number, number> =>
  new Map(
    [...text.matchAll(/^(\d+)\/tcp -> 127\.0\.0\.1:(\d+)$/gm)].map(([, inside, outside]) => [
      Number(inside),
      Number(outside),
    ]),
  );

const environmentArguments = (variables: Readonly<Record<string, string>>): string[] =>
  Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`);
