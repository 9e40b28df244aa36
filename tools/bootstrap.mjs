// Makes a bare clone usable: installs what package-lock.json names when it changed, compiles what is not current.
// Nothing but Node itself may be imported here: node_modules may not exist yet.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { run } from './child.mjs';

export const root = resolve(import.meta.dirname, '..');
const [oldestMajor, oldestMinor] = [20, 19];

/** Resolves once node_modules is what package-lock.json says; a second call costs a hash. */
export async function install() {
  refuseOldNode();
  const stamp = join(root, 'node_modules', '.holdfast-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;

  console.log('Installing dependencies');
  const [command, ...prefix] = npm();
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'];
  const code = await run(command, [...prefix, ...args], { cwd: root, env: withoutNpm(process.env) });
  if (code !== 0) process.exit(code);
  writeFileSync(stamp, wanted);
}

/** Resolves with an exit code once every project's dist is current, and what services run is made from it. */
export async function compile(config = 'tsconfig.build.json', runTool = run) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const code = await runTool(process.execPath, [compiler, '-b', config], { cwd: root });
  if (code !== 0) return code;
  const { bundleServices } = await import('./bundle.mjs');
  await bundleServices(root);
  return 0;
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(`Node ${process.versions.node} is too old: Holdfast needs ${oldestMajor}.${oldestMinor} or newer`);
  process.exit(1);
}

function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
}

/** What an outer npm tells its scripts would configure the inner one. */
function withoutNpm(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')));
}
