import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, it } from '@jest/globals';

const boundary = '@nx/enforce-module-boundaries';
const pure = 'no-restricted-imports';

/** Every row: a file, what it imports, and the rule that refuses it. */
const refused = [
  ['libs/kernel/src/sample-a.ts', '@holdfast/contracts', boundary],
  ['libs/contracts/src/sample-a.ts', '@holdfast/resource', boundary],
  ['libs/resource/src/sample-a.ts', '@holdfast/log', boundary],
  ['libs/log/src/sample-a.ts', '@holdfast/nest-platform', boundary],
  ['libs/log/src/sample-b.ts', '@holdfast/testing', boundary],
  ['libs/local-stack/src/sample-a.ts', '@holdfast/read-models', boundary],
  ['examples/rack/src/sample-a.ts', '@holdfast/local-stack', boundary],
  ['apps/api-gateway/src/sample-a.ts', '@holdfast/resource-store', boundary],
  ['apps/api-gateway/src/sample-b.ts', '@holdfast/local-stack', boundary],
  ['apps/api-gateway/src/sample-c.ts', '../../../libs/log/src/index.js', boundary],
  ['libs/kernel/src/sample-b.ts', 'node:fs', pure],
  ['libs/contracts/src/sample-b.ts', 'crypto', pure],
  ['libs/resource/src/sample-b.ts', '@nestjs/common', pure],
  ['libs/resource/src/sample-c.ts', 'typeorm', pure],
  ['libs/reconcile/src/sample-a.ts', 'pg', pure],
  ['libs/reconcile/src/sample-b.ts', '@nats-io/jetstream', pure],
  ['libs/prebuild/src/sample-a.ts', '@holdfast/log', boundary],
  ['libs/prebuild/src/sample-b.ts', 'node:timers', pure],
];

const allowed = [
  ['libs/resource/src/sample-d.ts', '@holdfast/contracts'],
  ['libs/resource/src/sample-e.spec.ts', '@holdfast/testing'],
  ['libs/resource/src/sample-f.spec.ts', 'node:fs'],
  ['libs/kernel/src/sample-c.spec.ts', '@holdfast/testing'],
  ['apps/cli/src/sample-a.ts', '@holdfast/local-stack'],
  ['apps/api-gateway/src/sample-d.spec.ts', '@holdfast/testing'],
  ['apps/platform-e2e/src/sample-a.ts', '@holdfast/testing'],
];

describe('module boundaries', () => {
  let refusals;

  beforeAll(() => {
    const samples = [...refused, ...allowed].map(([file, target]) => [file, importing(target)]);
    refusals = lint(Object.fromEntries(samples));
  }, 120_000);

  it.each(refused)('%s may not import %s', (file, _target, rule) => {
    expect(refusals[file]).toContainEqual(expect.stringMatching(`^${rule}: `));
  });

  it.each(allowed)('%s may import %s', (file) => {
    expect(refusals[file]).toEqual([]);
  });
});

const importing = (target) => `import * as sample from '${target}';\nexport const keep = sample;\n`;

// In a process of its own: ESLint and Nx load native code that Jest's module registry cannot hold.
function lint(samples) {
  const output = execFileSync(process.execPath, [join(import.meta.dirname, 'lint-samples.mjs')], {
    input: JSON.stringify(samples),
    encoding: 'utf8',
  });
  return JSON.parse(output);
}
