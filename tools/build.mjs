// `npm run build`: every project's dist, through Nx, and the bundles that the services run from.
import { join } from 'node:path';
import process from 'node:process';
import { install, root } from './bootstrap.mjs';
import { bundleServices } from './bundle.mjs';
import { run } from './child.mjs';

await install();
process.exitCode = await run(
  process.execPath,
  [join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js'), 'run-many', '--target=build', ...process.argv.slice(2)],
  { cwd: root, env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' } },
);
if (process.exitCode === 0) await bundleServices(root);
