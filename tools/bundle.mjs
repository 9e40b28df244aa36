// Joins what a service runs into a few files: hundreds of small modules cost each process most of its start and tens of
// megabytes. Made from what the compiler wrote, since only that carries the decorators' metadata.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The files that are started: each service's main program and its threads. All of a service's land in one folder. */
const ENTRIES = {
  'api-gateway': ['main.js', 'http/yaml-worker.js'],
  'prebuild-orchestrator': ['main.js'],
  provisioner: ['main.js'],
  reconciler: ['main.js'],
  'resource-store': ['main.js', 'aside/aside-worker.js', 'feeds/feeds-worker.js', 'snapshots/snapshot-worker.js'],
};

/** What libraries ask for only where it is installed; here it is not. */
const NOT_INSTALLED = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
  'pg-native',
];

/** CommonJS in an ES module still asks for Node's own modules by `require`. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;

/** Makes apps/<service>/dist/bundle from what is compiled; costs a few hashes when that has not changed. */
export async function bundleServices(root) {
  const wanted = fingerprint(root);
  const stale = Object.keys(ENTRIES).filter((service) => stampOf(root, service) !== wanted);
  if (stale.length === 0) return;

  await Promise.all(stale.map((service) => bundle(root, service)));
  for (const service of stale) writeFileSync(join(bundleFolder(root, service), STAMP), wanted);
}

async function bundle(root, service) {
  const { build } = await import('esbuild');
  const outdir = bundleFolder(root, service);
  rmSync(outdir, { recursive: true, force: true });
  // Each entry by itself: what two of them share would be loaded by both, needed or not.
  for (const entry of ENTRIES[service])
    await build({ ...settings, absWorkingDir: root, outdir, entryPoints: [join('apps', service, 'dist', entry)] });
  await forgetDependencies(root, outdir);
}

const settings = {
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  entryNames: '[name]',
  chunkNames: '[name]-[hash]',
  banner: { js: REQUIRE },
  external: NOT_INSTALLED,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'external',
  logLevel: 'warning',
};

/** For stack traces through our own code. Node reads all of a map at its first trace: the dependencies' would be most of it. */
async function forgetDependencies(root, folder) {
  const { decode, encode } = await import('@jridgewell/sourcemap-codec');
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.map'))) {
    const file = join(folder, name);
    const map = JSON.parse(readFileSync(file, 'utf8'));
    const ours = map.sources.map((source) => OURS.test(relative(root, join(folder, source))));
    const mappings = decode(map.mappings).map((line) =>
      line.flatMap(([column, source, ...rest], i) => {
        if (ours[source]) return [[column, source, ...rest]];
        // The first of them ends what was ours before.
        return i > 0 && ours[line[i - 1][1]] ? [[column]] : [];
      }),
    );
    writeFileSync(file, JSON.stringify({ ...map, mappings: encode(mappings) }));
  }
}

const OURS = /^(apps|examples|libs)\//;

const STAMP = '.stamp';

const bundleFolder = (root, service) => join(root, 'apps', service, 'dist', 'bundle');

function stampOf(root, service) {
  const file = join(bundleFolder(root, service), STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Changes with the dependencies, with this file, and with whatever the compiler was given. */
function fingerprint(root) {
  const hash = createHash('sha256');
  const compiled = ['apps', 'examples', 'libs'].flatMap((group) =>
    readdirSync(join(root, group)).map((project) => join(root, group, project, 'dist', '.tsbuildinfo')),
  );
  for (const file of [join(root, 'package-lock.json'), import.meta.filename, ...compiled])
    if (existsSync(file)) hash.update(readFileSync(file));
  return hash.digest('hex');
}
