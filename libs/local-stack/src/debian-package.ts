/**
 * Programs from Debian's packages, read with apt's own tools: from the mirror and with the keyring that this machine
 * already trusts, but with lists, cache and configuration of our own, so that the system stays as it was.
 */
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { exists } from './cache.js';
import { commandOutput } from './run-command.js';

export interface DebianProgram {
  readonly package: string;
  /** Debian releases, such as `forky`; the first that has the package wins. */
  readonly suites: readonly string[];
  /** Where in the package the program may lie; its last part is its name. */
  readonly places: readonly string[];
}

const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];
const UPDATE_LIMIT_MS = 180_000;

/** Leaves the program in the folder; throws where there is no Debian, mirror or keyring. */
export const unpackDebianProgram = async (program: DebianProgram, folder: string): Promise<void> => {
  const os = parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''));
  if (os['ID'] !== 'debian') throw new Error("the distribution's packages: this is not Debian");
  const keyring = await firstThatExists(KEYRINGS);
  if (keyring === undefined) throw new Error(`the distribution's packages: none of ${KEYRINGS.join(', ')} is here`);
  const mirror = await debianMirror(os['VERSION_CODENAME'] ?? 'stable');

  const failures: string[] = [];
  for (const suite of program.suites) {
    const scratch = join(folder, suite);
    try {
      await fetchFrom({ suite, scratch, mirror, keyring, package: program.package });
      const found = await unpackedProgram(program, scratch);
      await copyFile(found, join(folder, basename(found)));
      await chmod(join(folder, basename(found)), 0o755);
      return;
    } catch (error) {
      failures.push(`${suite}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  throw new Error(`the distribution's packages: ${failures.join('; ')}`);
};

interface Source {
  readonly suite: string;
  readonly scratch: string;
  readonly mirror: string;
  readonly keyring: string;
  readonly package: string;
}

const fetchFrom = async ({ suite, scratch, mirror, keyring, package: name }: Source): Promise<void> => {
  for (const part of ['lists/partial', 'cache/archives/partial', 'unpacked'])
    await mkdir(join(scratch, part), { recursive: true });
  const sources = join(scratch, 'sources.list');
  await writeFile(sources, `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`);
  const config = join(scratch, 'apt.conf');
  await writeFile(config, privateAptConfig({ scratch, sources, acquire: await acquireSettings() }));

  const env = { ...process.env, APT_CONFIG: config, LC_ALL: 'C' };
  await commandOutput('apt-get', ['-q', 'update'], { env, timeoutMs: UPDATE_LIMIT_MS });
  await commandOutput('apt-get', ['-q', 'download', name], { env, cwd: scratch });
  const deb = (await readdir(scratch)).find((file) => file.endsWith('.deb'));
  if (deb === undefined) throw new Error('apt-get left no package');
  await commandOutput('dpkg-deb', ['-x', join(scratch, deb), join(scratch, 'unpacked')]);
};

const unpackedProgram = async (program: DebianProgram, scratch: string): Promise<string> => {
  const found = await firstThatExists(program.places.map((place) => join(scratch, 'unpacked', place)));
  if (found === undefined) throw new Error(`the package ${program.package} has none of ${program.places.join(', ')}`);
  return found;
};

/** The URI from which the machine gets its own release's main component. */
const debianMirror = async (codename: string): Promise<string> => {
  const targets = await commandOutput('apt-get', [
    'indextargets',
    '--format',
    '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)',
  ]);
  const mirror = mirrorAmong(targets, codename);
  if (mirror === undefined) throw new Error(`the distribution's packages: no mirror of ${codename} is configured`);
  return mirror;
};

export const mirrorAmong = (targets: string, codename: string): string | undefined =>
  targets
    .split('\n')
    .map((line) => line.trim().split(' '))
    .find(([what, release, component]) => what === 'Packages' && release === codename && component === 'main')?.[3];

/** How this machine reaches its mirrors: proxies, time-outs, and whether release dates are checked. */
const acquireSettings = async (): Promise<string[]> => {
  const dump = await commandOutput('apt-config', ['dump']);
  return dump
    .split('\n')
    .filter((line) => /^Acquire::(?!IndexTargets|CompressionTypes|Changelogs)\S+ ".+";$/.test(line));
};

/** Read instead of /etc/apt, whose hooks may clean the system's own caches. */
const privateAptConfig = (options: { scratch: string; sources: string; acquire: readonly string[] }): string =>
  [
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::parts "/dev/null";',
    'Dir::Etc::sourceparts "/dev/null";',
    `Dir::Etc::sourcelist "${options.sources}";`,
    `Dir::State::lists "${join(options.scratch, 'lists')}";`,
    `Dir::Cache "${join(options.scratch, 'cache')}";`,
    // What is installed is of other releases, and must not be preferred.
    'Dir::State::status "/dev/null";',
    'APT::Sandbox::User "";',
    ...options.acquire,
    '',
  ].join('\n');

const firstThatExists = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
};

const parseOsRelease = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => /^([A-Z_]+)="?([^"]*)"?$/.exec(line))
      .flatMap((match) => (match?.[1] === undefined ? [] : [[match[1], match[2] ?? '']])),
  );
