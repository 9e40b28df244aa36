import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RefusalError } from '@holdfast/kernel';

import type { RequestContext } from './resolved-request.js';
import { YamlReader } from './yaml-reader.js';

describe('a reader of YAML bodies', () => {
  let reader: YamlReader;

  beforeEach(() => {
    reader = new YamlReader();
  });

  afterEach(() => {
    reader.close();
  });

  const context = (body: string) => ({ body: Buffer.from(body), contentType: 'application/yaml' }) as RequestContext;
  const read = async (body: string): Promise<string> => (await reader.asJson(context(body))).body.toString();
  const refusal = async (body: string): Promise<string> => {
    try {
      return `no refusal but ${await read(body)}`;
    } catch (error) {
      if (error instanceof RefusalError) return `${error.refusal.reason}: ${error.refusal.message}`;
      throw error;
    }
  };

  it('makes JSON of it', async () => {
    const read = await reader.asJson(context('a: no\nb: 1\n'));
    expect(read.body.toString()).toBe('{"a":"no","b":1}');
    expect(read.contentType).toBe('application/json');
  });

  it('passes on what is JSON already, and nothing', async () => {
    expect(await read('{"a": 1}')).toBe('{"a": 1}');
    expect(await read('')).toBe('');
  });

  it('answers many at once, each with its own', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    const answers = await Promise.all(numbers.map((i) => read(`a: ${i}`)));
    expect(answers).toEqual(numbers.map((i) => `{"a":${i}}`));
  });

  it('refuses bad YAML in its own words', async () => {
    expect(await refusal('a: 1\na: 2\n')).toMatch(/^BadRequest: .*Map keys must be unique/);
  });

  it.each([
    ['a million brackets', '['.repeat(1_000_000)],
    ['a thousand thousand nested keys', 'a: '.repeat(300_000)],
  ])(
    'gives up on %s within seconds, and reads the next',
    async (_, body) => {
      const started = Date.now();
      const bad = refusal(body);
      const good = read('a: 1');

      expect(await bad).toMatch(/^BadRequest: error converting YAML to JSON/);
      expect(await good).toBe('{"a":1}');
      expect(Date.now() - started).toBeLessThan(8_000);
    },
    20_000,
  );

  it('refuses when too many wait', async () => {
    const waiting = Array.from({ length: 65 }, () => refusal('a: 1'));
    expect((await Promise.all(waiting)).filter((answer) => answer.startsWith('TooManyRequests'))).toHaveLength(1);
  });
});
