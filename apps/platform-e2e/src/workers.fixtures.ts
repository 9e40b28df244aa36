/** The shipped examples of workers: their manifests, and their programs as processes that a test starts and ends. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

import { readNatsUrl } from '@holdfast/local-stack';
import { eventually } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { UnexpectedAnswer } from './gateway-client.fixtures.js';
import type { GatewayClient, KubeObject } from './gateway-client.fixtures.js';
import { workspace } from './racks.fixtures.js';

export const RECONCILERS = '/apis/holdfast.dev/v1/reconcilers';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

export const example = (resource: string): string => `/apis/examples.holdfast.dev/v1/namespaces/default/${resource}`;
export const configMap = (name: string): string => `/api/v1/namespaces/default/configmaps/${name}`;

const exampleFile = (worker: 'python-worker' | 'typescript-worker', name: string): string =>
  join(workspace, 'examples', worker, name);

export const manifest = async (worker: 'python-worker' | 'typescript-worker', name: string): Promise<KubeObject> => {
  const text = await readFile(exampleFile(worker, join('manifests', name)), 'utf8');
  const [object] = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  if (object === undefined) throw new Error(`${name} is empty`);
  return object;
};

/** Declares the kind and, once it is served, the Reconciler. */
export const declareWorker = async (
  client: GatewayClient,
  worker: 'python-worker' | 'typescript-worker',
  resource: string,
): Promise<void> => {
  await client.create(CRDS, await manifest(worker, '1-kind.yaml'));
  await client.create(RECONCILERS, await manifest(worker, '2-reconciler.yaml'));
  await eventually(async () => (await client.send('GET', example(resource))).code === 200);
};

export interface WorkerProcess {
  kill9(): void;
  /** As a shell's Ctrl-C does. */
  stop(): Promise<void>;
}

export const startTypescriptWorker = async (test: TestStack): Promise<WorkerProcess> =>
  workerProcess(process.execPath, [exampleFile('typescript-worker', join('dist', 'worker.js'))], test);

export const startPythonWorker = async (test: TestStack, client: string): Promise<WorkerProcess> =>
  workerProcess('python3', [exampleFile('python-worker', 'worker.py')], test, { PYTHONPATH: client });

/** The provisioner `notes` of the documentation, as it stands there. */
export const startDocumentedProvisioner = async (test: TestStack): Promise<WorkerProcess> => {
  const protocol = await readFile(join(workspace, 'docs', 'provision-protocol.md'), 'utf8');
  const [, program = ''] = /^```js\n([^]*?)^```$/m.exec(protocol) ?? [];
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', program, 'notes', (await readNatsUrl(test.dir, 'provisioner')) ?? ''],
    { stdio: 'inherit', cwd: workspace },
  );
  return processOf(child);
};

/** Where the client that the example asks for was installed for Python; or why it could not be. */
export const obtainPythonClient = async (
  dir: string,
): Promise<{ readonly path: string } | { readonly missing: string }> => {
  const requirements = exampleFile('python-worker', 'requirements.txt');
  const args = ['-m', 'pip', 'install', '--quiet', '--target', dir, '-r', requirements];
  try {
    await promisify(execFile)('python3', args, { timeout: 120_000 });
    return { path: dir };
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
};

const workerProcess = async (
  program: string,
  args: readonly string[],
  test: TestStack,
  env: NodeJS.ProcessEnv = {},
): Promise<WorkerProcess> => {
  const url = await readNatsUrl(test.dir, 'worker');
  const child = spawn(program, [...args, url ?? ''], { stdio: 'inherit', env: { ...process.env, ...env } });
  return processOf(child);
};

const processOf = (child: ChildProcess): WorkerProcess => ({
  kill9: () => void child.kill('SIGKILL'),
  stop: () => ended(child),
});

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

/** The condition of this type, if the object is there and has one. */
export const conditionOf = async (
  client: GatewayClient,
  path: string,
  type: string,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const { code, body } = await client.send<KubeObject>('GET', path);
  if (code === 404) return undefined;
  if (code !== 200) throw new UnexpectedAnswer(`GET ${path}`, code, body);
  const conditions = (body.status?.['conditions'] ?? []) as readonly Readonly<Record<string, unknown>>[];
  return conditions.find((condition) => condition['type'] === type);
};
