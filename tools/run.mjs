// `npm start`, `npm run demo`, `npm run bench`: install and compile what is missing, then hand over to the program.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { compile, install, root } from './bootstrap.mjs';
import { forwardTo } from './child.mjs';

const [command, ...args] = process.argv.slice(2);
const programs = {
  start: ['apps/cli/bin/holdfast.mjs', 'start'],
  demo: ['apps/cli/bin/holdfast.mjs', 'demo'],
  bench: ['apps/bench/dist/main.js'],
};

const program = programs[command];
if (program === undefined) {
  console.error(`unknown command ${command}: one of ${Object.keys(programs).join(', ')}`);
  process.exit(2);
}

await install();
if (!existsSync(join(root, 'apps', 'cli', 'dist', 'main.js'))) console.log('Compiling');
const compiled = await compile();
if (compiled !== 0) process.exit(compiled);

const [script, ...first] = program;
const child = spawn(process.execPath, ['--enable-source-maps', join(root, script), ...first, ...args], {
  // The channel tells the program when this process has gone without a word.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
await forwardTo(child);
