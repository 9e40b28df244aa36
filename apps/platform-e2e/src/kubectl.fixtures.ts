/** Runs the real kubectl against a stack, in a home of its own, so that nothing is cached between tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { findKubectl } from '@holdfast/local-stack';

export interface KubectlRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Kubectl {
  /** Rejects when the exit code is not 0, with what kubectl said. */
  (...args: readonly string[]): Promise<string>;
  /** Any outcome; `input` is what `-f -` reads. */
  run(args: readonly string[], input?: string): Promise<KubectlRun>;
  /** Its lines while it runs, until the signal ends it. */
  lines(args: readonly string[], signal: AbortSignal): AsyncGenerator<string>;
}

export type KubectlProgram = { readonly path: string } | { readonly missing: string };

/** The program, or why it cannot be had here. */
export const obtainKubectl = (suite: 'forky' | 'trixie'): Promise<KubectlProgram> =>
  findKubectl(suite).then(
    (path) => ({ path }),
    (error: unknown) => ({ missing: error instanceof Error ? error.message : String(error) }),
  );

/** `dir` keeps its caches. */
export const kubectlWith = async (program: string, kubeconfig: string, dir: string): Promise<Kubectl> => {
  const home = join(dir, 'home');
  await mkdir(home, { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: home, KUBECONFIG: kubeconfig };
  const start = (args: readonly string[]) => spawn(program, args, { env, cwd: home, stdio: 'pipe' });

  const run = async (args: readonly string[], input = ''): Promise<KubectlRun> => {
    const child = start(args);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => out.push(part));
    child.stderr.on('data', (part: Buffer) => err.push(part));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code: code ?? -1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
  };

  async function* lines(args: readonly string[], signal: AbortSignal): AsyncGenerator<string> {
    const child = start(args);
    const end = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', end, { once: true });
    let rest = '';
    try {
      for await (const part of child.stdout.setEncoding('utf8')) {
        const parts = (rest + String(part)).split('\n');
        rest = parts.pop() ?? '';
        yield* parts;
      }
    } finally {
      end();
    }
  }

  const succeed = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await run(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err}${out}`);
    return out;
  };
  return Object.assign(succeed, { run, lines });
};

/** Writes an object where kubectl can read it; JSON is YAML. */
export const fileWith = async (dir: string, name: string, object: object): Promise<string> => {
  const path = join(dir, name);
  await writeFile(path, JSON.stringify(object));
  return path;
};
