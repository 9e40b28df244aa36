// What services run from is made by tools/bundle.mjs; these are the ways in which it could be made wrong unseen.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from '@jest/globals';

const root = resolve(import.meta.dirname, '..');
const services = ['api-gateway', 'prebuild-orchestrator', 'provisioner', 'reconciler', 'resource-store'];
const bundleOf = (service) => join(root, 'apps', service, 'dist', 'bundle');

describe.each(services)('the bundle of %s', (service) => {
  it('has the main program and every thread that the sources have', () => {
    const threads = readdirSync(join(root, 'apps', service, 'src'), { recursive: true })
      .filter((file) => file.endsWith('-worker.ts'))
      .map((file) => basename(file, '.ts'));
    for (const entry of ['main', ...threads]) expect(existsSync(join(bundleOf(service), `${entry}.js`))).toBe(true);
  });

  it('is traced to our sources, and to nothing else', () => {
    const { sources, mappings } = JSON.parse(readFileSync(join(bundleOf(service), 'main.js.map'), 'utf8'));
    const main = relative(bundleOf(service), join(root, 'apps', service, 'src', 'main.ts'));
    expect(sources).toContain(main);
    expect(mappings.length).toBeLessThan(1_000_000);
  });

  it('refuses an empty environment by itself, as the program does', () => {
    const run = () =>
      execFileSync(process.execPath, ['--enable-source-maps', join(bundleOf(service), 'main.js')], {
        env: { PATH: process.env.PATH },
        stdio: 'pipe',
      });
    expect(run).toThrow(expect.objectContaining({ status: 78 }));
  });
});
