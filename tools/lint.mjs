// `npm run lint [path…]`: ESLint over the workspace with zero warnings. The boundary rule reads the project graph from
// Nx's cache and skips itself when there is none, so the graph is made first.
import { join } from 'node:path';
import process from 'node:process';
import { install, root } from './bootstrap.mjs';
import { run } from './child.mjs';

await install();
const paths = process.argv.slice(2);
process.env.NX_DAEMON = 'false';
if (paths.length === 0) process.env.HOLDFAST_LINT_ALL = '1';
const { createProjectGraphAsync } = await import('@nx/devkit');
await createProjectGraphAsync({ exitOnError: true });

const eslint = join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
process.exitCode = await run(process.execPath, [eslint, '--max-warnings=0', ...(paths.length ? paths : ['.'])], {
  cwd: root,
});
