// The one way to start Jest: native ES modules on, the whole workspace's configuration,
// and inside a project's folder only that project.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import process from 'node:process';
import { forwardTo } from './child.mjs';

const root = resolve(import.meta.dirname, '..');
const args = process.argv.slice(2);
const deep = args.includes('--deep');

const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    createRequire(import.meta.url).resolve('jest/bin/jest'),
    ...args.filter((arg) => arg !== '--deep'),
    ...(await onlyThisProject()),
  ],
  { cwd: root, stdio: 'inherit', env: deep ? { ...process.env, HOLDFAST_TEST_DEEP: '1' } : process.env },
);
forwardTo(child);

async function onlyThisProject() {
  const here = process.cwd();
  const config = join(here, 'jest.config.mjs');
  if (relative(root, here) === '' || args.includes('--selectProjects') || !existsSync(config)) return [];
  const { default: project } = await import(config);
  return ['--selectProjects', project.displayName];
}
