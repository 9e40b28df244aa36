import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';

import { run } from '../program.js';

const fixtures = resolve(import.meta.dirname, '../../../../libs/prebuild/fixtures/prebuild-planning.jsonl');
const cases = readFileSync(fixtures, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { readonly name: string; readonly input: unknown; readonly expected: unknown });

const prebuildsPlan = async (...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> => {
  const out: string[] = [];
  const err: string[] = [];
  const code = await run(['node', 'holdfast', 'prebuilds', 'plan', ...args], {
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    toldToEnd: () => new AbortController().signal,
  });
  return { code, out, err };
};

describe('holdfast prebuilds plan', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder('prebuilds-plan');
  });
  afterAll(() => folder.remove());

  const fileOf = async (name: string, ...lines: string[]): Promise<string> => {
    const file = join(folder.path, name);
    await writeFile(file, lines.join('\n'));
    return file;
  };

  it('answers every planning case as expected, a line each, in order', async () => {
    const file = await fileOf('cases.jsonl', ...cases.map(({ input }) => JSON.stringify(input)));
    const { code, out } = await prebuildsPlan(file, '-o', 'json');
    expect(code).toBe(0);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual(cases.map(({ expected }) => expected));
  });

  it('answers what it cannot accept on its line, goes on, and fails', async () => {
    const [first] = cases;
    const file = await fileOf('mixed.jsonl', '{', '', JSON.stringify(first?.input), '{"now":1}');
    const { code, out } = await prebuildsPlan(file, '-o', 'json');
    expect(code).toBe(1);
    expect(out.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['error'],
      ['state', 'actions'],
      ['error'],
    ]);
  });

  it('shows people a table, with what explains it', async () => {
    const told = ['ours: back-off deletes, does not create', 'desired: desired/unknown timezone -> default'];
    const lines = told.map((name) => JSON.stringify(cases.find((one) => one.name === name)));
    const { code, out } = await prebuildsPlan(await fileOf('told.jsonl', ...lines), '-o', 'text');
    expect(code).toBe(0);
    expect(out.join('\n')).toMatch(
      /POOL[^]*preset-A@version-preset-A .* delete a, back off until 2025-06-02T09:08:00Z/,
    );
    expect(out.join('\n')).toContain('line 2: no schedule is followed: "Mars/Olympus" is no time zone');
  });

  it('names the file that it cannot read', async () => {
    const { code, out, err } = await prebuildsPlan(join(folder.path, 'none.jsonl'));
    expect({ code, out }).toEqual({ code: 1, out: [] });
    expect(err.join('\n')).toContain('none.jsonl');
  });

  it('reads standard input and answers in JSON when nobody looks on', () => {
    const main = resolve(import.meta.dirname, '../../bin/holdfast.mjs');
    const [first] = cases;
    const { status, stdout } = spawnSync(process.execPath, [main, 'prebuilds', 'plan'], {
      input: `${JSON.stringify(first?.input)}\n`,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(first?.expected);
  });
});
