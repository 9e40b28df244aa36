import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';

import { run } from './program.js';

const holdfast = async (...args: string[]): Promise<{ code: number; text: string }> => {
  const lines: string[] = [];
  const keep = (line: string): void => void lines.push(line);
  const code = await run(['node', 'holdfast', ...args], {
    out: keep,
    err: keep,
    toldToEnd: () => new AbortController().signal,
  });
  return { code, text: lines.join('\n') };
};

describe('the holdfast command', () => {
  it.each([
    [[]],
    [['start']],
    [['demo']],
    [['status']],
    [['why']],
    [['prebuilds', 'plan']],
    [['credentials']],
    [['rebuild']],
    [['verify']],
  ])('explains itself: %j --help', async (args: string[]) => {
    const { code, text } = await holdfast(...args, '--help');
    expect(code).toBe(0);
    expect(text).toContain('Usage: holdfast');
  });

  it.each([
    [['fly']],
    [['credentials', 'store']],
    [['demo', '--fast']],
    [['demo', '-o', 'xml']],
    [['why', 'rack']],
    [['why', 'rack', 'a', '--limit', '0']],
    [['prebuilds', 'invalidate']],
    [['prebuilds', 'pause', '-o', 'xml']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, text } = await holdfast(...args);
    expect(code).toBe(2);
    expect(text).toContain('--help');
  });

  it.each(['demo', 'verify', 'rebuild'])(
    '%s ends with 78 and every problem when the configuration is not right',
    async (command) => {
      process.env['HOLDFAST_DATABASE_URL'] = 'mysql://127.0.0.1';
      process.env['HOLDFAST_NATS_URL'] = 'nats://127.0.0.1:1';
      try {
        const { code, text } = await holdfast(command);
        expect(code).toBe(78);
        expect(text).toMatch(/HOLDFAST_DATABASE_URL: expected a URL[^]*HOLDFAST_NATS_URL: nobody answers/);
      } finally {
        delete process.env['HOLDFAST_DATABASE_URL'];
        delete process.env['HOLDFAST_NATS_URL'];
      }
    },
  );

  it('says in JSON, too, that no stack is running', async () => {
    const folder = await temporaryFolder('status');
    const { code, text } = await holdfast('status', '--dir', folder.path, '-o', 'json');
    await folder.remove();
    expect(code).toBe(1);
    expect(JSON.parse(text)).toEqual({ running: false, processes: [] });
  });

  it('sets a deployment up once: repeated, it keeps the token and the authority', async () => {
    const folder = await temporaryFolder('setup');
    const setup = () => holdfast('setup', '--dir', folder.path, '--server', 'https://localhost:6443', '--name', 'gw');
    const files = () =>
      Promise.all(
        ['token', 'tokens.csv', 'ca.crt', 'kubeconfig'].map((name) => readFile(join(folder.path, name), 'utf8')),
      );
    expect((await setup()).code).toBe(0);
    const before = await files();
    expect((await setup()).code).toBe(0);
    expect(await files()).toEqual(before);
    const certificate = new X509Certificate(await readFile(join(folder.path, 'server.crt')));
    expect([certificate.checkHost('localhost'), certificate.checkHost('gw')]).toEqual(['localhost', 'gw']);
    expect(certificate.verify(new X509Certificate(before[2] ?? '').publicKey)).toBe(true);
    await folder.remove();
  });
});
