// `npm test`: format, lint, types, then every test on freshly compiled services; nothing comes from a cache of results.
// `npm run test:deep`: the same compile, then only the tests that take long. Ends with one line: "N passed, N failed".
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { compile, install, root } from './bootstrap.mjs';
import { ended, runAside } from './child.mjs';

const deep = process.argv.includes('--deep');
// Several times what it takes on two idle cores: this ends what hangs, not what is slow.
const minutesAllowed = deep ? 120 : 45;
const script = (...path) => join(root, ...path);

await install();

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const deadline = setTimeout(outOfTime, minutesAllowed * 60_000);
let lastResort;
let stopTests = () => {};
let failedGates = 0;

const prettier = script('node_modules', 'prettier', 'bin', 'prettier.cjs');
const types = { Types: (runTool) => compile('tsconfig.json', runTool) };
await gates(
  deep
    ? types
    : {
        Format: (runTool) => runTool(process.execPath, [prettier, '--check', '--log-level=warn', '.'], { cwd: root }),
        Lint: (runTool) => runTool(process.execPath, [script('tools', 'lint.mjs')], { cwd: root }),
        ...types,
      },
);

heading(deep ? 'Deep tests' : 'Tests: unit, integration, end to end');
const counts = await tests();
clearTimeout(deadline);
clearTimeout(lastResort);
rmSync(scratch, { recursive: true, force: true });
finish(counts);

/** All at once, since each keeps one core busy; what they have to say is told one after the other. */
async function gates(checks) {
  const outcomes = Object.entries(checks).map(([name, check]) => [name, outcome(check)]);
  for (const [name, promised] of outcomes) {
    heading(name);
    const { code, said, seconds } = await promised;
    if (code > 128) process.exit(code); // Interrupted: nobody waits for the rest.
    if (code !== 0) failedGates += 1;
    process.stdout.write(said);
    console.log(`${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
  }
}

async function outcome(check) {
  const started = Date.now();
  const said = [];
  const code = await check((command, args, options) => runAside(command, args, options, (chunk) => said.push(chunk)));
  return { code, said: Buffer.concat(said).toString(), seconds: ((Date.now() - started) / 1000).toFixed(1) };
}

async function tests() {
  const file = join(scratch, 'counts.json');
  const reporters = ['--reporters=default', `--reporters=${script('tools', 'jest-counts-reporter.cjs')}`];
  // A process group of its own: whatever a hanging test started can be ended with it.
  const jest = spawn(
    process.execPath,
    [script('tools', 'jest.mjs'), ...reporters, ...(deep ? ['--deep', '--passWithNoTests'] : [])],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: { ...process.env, HOLDFAST_TEST_COUNTS: file },
    },
  );
  stopTests = (signal) => process.kill(-jest.pid, signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopTests(signal));
  const code = await ended(jest);
  if (tryTo(() => stopTests('SIGKILL'))) console.error('tests left processes running; they were stopped');
  stopTests = () => {};
  return { ...countsIn(file), code };
}

function countsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function finish({ passed, failed: failedTests, skipped, code }) {
  const known = failedTests + failedGates;
  // Jest can refuse a run without naming a test; that still is a failure.
  const failed = known === 0 && code !== 0 ? 1 : known;
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
}

function outOfTime() {
  console.error(`\nnot done after ${minutesAllowed} minutes: something hangs`);
  tryTo(() => stopTests('SIGTERM'));
  lastResort = setTimeout(() => {
    tryTo(() => stopTests('SIGKILL'));
    console.log('\n0 passed, 1 failed');
    process.exit(1);
  }, 10_000);
}

function tryTo(stop) {
  try {
    stop();
    return true;
  } catch {
    return false; // The group is already gone.
  }
}

function heading(title) {
  console.log(`\n== ${title} ==`);
}
