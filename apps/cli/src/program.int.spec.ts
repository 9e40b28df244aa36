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
  it.each([[[]], [['start']], [['demo']], [['status']]])('explains itself: %j --help', async (args: string[]) => {
    const { code, text } = await holdfast(...args, '--help');
    expect(code).toBe(0);
    expect(text).toContain('Usage: holdfast');
  });

  it.each([[['fly']], [['demo', '--fast']], [['demo', '-o', 'xml']]])('refuses %j as wrong usage', async (args) => {
    const { code, text } = await holdfast(...args);
    expect(code).toBe(2);
    expect(text).toContain('--help');
  });

  it('ends with 78 and every problem when the configuration is not right', async () => {
    process.env['HOLDFAST_DATABASE_URL'] = 'mysql://127.0.0.1';
    process.env['HOLDFAST_GATEWAY_PORT'] = 'https';
    try {
      const { code, text } = await holdfast('demo');
      expect(code).toBe(78);
      expect(text).toMatch(/HOLDFAST_DATABASE_URL[^]*HOLDFAST_GATEWAY_PORT/);
    } finally {
      delete process.env['HOLDFAST_DATABASE_URL'];
      delete process.env['HOLDFAST_GATEWAY_PORT'];
    }
  });

  it('says in JSON, too, that no stack is running', async () => {
    const folder = await temporaryFolder('status');
    const { code, text } = await holdfast('status', '--dir', folder.path, '-o', 'json');
    await folder.remove();
    expect(code).toBe(1);
    expect(JSON.parse(text)).toEqual({ running: false, processes: [] });
  });
});
