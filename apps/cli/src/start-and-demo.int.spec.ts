import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { isAlive, readStackFile } from '@holdfast/local-stack';
import type { StackFile } from '@holdfast/local-stack';
import { eventually, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

const PROGRAM = resolve(import.meta.dirname, '..', 'bin', 'holdfast.mjs');
const PATIENCE = { withinMs: 90_000 };
const LIMIT_MS = 120_000;

interface Run {
  readonly child: ChildProcess;
  readonly text: () => string;
  /** Resolves with the exit code, null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Jest tells its workers to write in colours when it does so itself, which would stand between the words looked for. */
const NOT_PASSED_ON = /^(HOLDFAST_(?!CACHE|NATS_SERVER)|FORCE_COLOR$)/;

const holdfast = (...args: string[]): Run => {
  const env = Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name));
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...Object.fromEntries(env), NO_COLOR: '1' } });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, text: () => text, ended: new Promise((done) => child.once('close', done)) };
};

describe('holdfast demo', () => {
  it(
    'ends well when the racks of the example are filled, and leaves nothing running',
    async () => {
      const { text, ended } = holdfast('demo', '--output', 'json');
      expect({ code: await ended, text: text() }).toMatchObject({ code: 0 });
      const result = JSON.parse(text().slice(text().indexOf('{'), text().lastIndexOf('}') + 1)) as unknown;
      expect(result).toMatchObject({
        reached: true,
        racks: [
          { name: 'rack-01', chassis: 2, blades: 8, nodes: 16, bmcs: 8, ready: true },
          { name: 'rack-02', chassis: 1, blades: 2, nodes: 8, bmcs: 8, ready: true },
        ],
      });
    },
    LIMIT_MS,
  );
});

describe('holdfast start', () => {
  let folder: TemporaryFolder;
  let running: Run | undefined;
  const start = (): Run => (running = holdfast('start', '--dir', folder.path));
  const allGone = (file: StackFile): boolean => file.processes.every(({ pid }) => !isAlive(pid));
  const shown = async (run: Run): Promise<StackFile> => {
    await eventually(() => {
      if (run.child.exitCode !== null) throw new Error(`it ended: ${run.text()}`);
      return run.text().includes('Ctrl-C stops everything');
    }, PATIENCE);
    return eventually(() => readStackFile(folder.path));
  };

  beforeAll(async () => {
    folder = await temporaryFolder('start');
  });
  afterEach(async () => {
    running?.child.kill('SIGTERM');
    await running?.ended;
  });
  afterAll(async () => {
    await folder?.remove();
  });

  it(
    'shows the example, stays healthy when a service crashes, and stops cleanly on Ctrl-C',
    async () => {
      const run = start();
      const file = await shown(run);
      expect(run.text()).toMatch(/rack-01 +2 +8 +16 +8 +True/);
      expect(run.text()).toContain(`export KUBECONFIG=${folder.path}/kubeconfig`);

      const reconciler = file.processes.find(({ name }) => name === 'reconciler');
      process.kill(reconciler?.pid ?? 0, 'SIGKILL');
      await eventually(() => /reconciler +│.*started again as process/.test(run.text()), PATIENCE);
      const healthy = async () => (await holdfast('status', '--dir', folder.path).ended) === 0;
      await eventually(healthy, PATIENCE);

      const now = await readStackFile(folder.path);
      run.child.kill('SIGINT');
      expect(await run.ended).toBe(0);
      expect(run.text()).toMatch(/stopped after/);
      expect(now && allGone(now)).toBe(true);
      expect(await readStackFile(folder.path)).toBeUndefined();
    },
    LIMIT_MS,
  );

  it(
    'has its data and its address again at the next start, and leaves nothing when it is killed',
    async () => {
      const first = start();
      const before = await shown(first);
      first.child.kill('SIGTERM');
      await first.ended;

      const second = start();
      const after = await shown(second);
      expect({ ...after, processes: [] }).toEqual({ ...before, processes: [] });
      second.child.kill('SIGKILL');
      await eventually(() => allGone(after), PATIENCE);
    },
    LIMIT_MS,
  );

  it(
    'can be told to end while it is still starting',
    async () => {
      const run = start();
      await eventually(() => run.text().includes('✓'), PATIENCE);
      run.child.kill('SIGTERM');
      expect(await run.ended).toBe(0);
      await eventually(async () => (await readStackFile(folder.path)) === undefined);
    },
    LIMIT_MS,
  );
});
