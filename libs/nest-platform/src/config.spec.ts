import { describe, expect, it } from '@jest/globals';

import { ConfigError, postgresUrl, readConfig, serviceEnvironment } from './config.js';

const shape = { ...serviceEnvironment, HOLDFAST_DATABASE_URL: postgresUrl };

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(shape, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('the configuration of a service', () => {
  it('is typed, with defaults for what was not given', () => {
    const config = readConfig(shape, {
      HOLDFAST_NATS_URL: 'nats://store:secret@127.0.0.1:4222',
      HOLDFAST_DATABASE_URL: 'postgres://127.0.0.1/holdfast',
      HOLDFAST_ADMIN_PORT: '9090',
    });

    expect(config).toEqual({
      HOLDFAST_NATS_URL: 'nats://store:secret@127.0.0.1:4222',
      HOLDFAST_DATABASE_URL: 'postgres://127.0.0.1/holdfast',
      HOLDFAST_ADMIN_HOST: '127.0.0.1',
      HOLDFAST_ADMIN_PORT: 9090,
      HOLDFAST_LOG_LEVEL: 'info',
      HOLDFAST_LOG_REPLICAS: 1,
    });
  });

  it('tells everything that is missing or wrong at once, by name', () => {
    expect(problemsOf({ HOLDFAST_ADMIN_PORT: '70000', HOLDFAST_NATS_URL: '' })).toEqual([
      'HOLDFAST_NATS_URL is required',
      expect.stringMatching(/^HOLDFAST_ADMIN_PORT=70000: /),
      'HOLDFAST_DATABASE_URL is required',
    ]);
  });

  it('never repeats a secret', () => {
    const problems = problemsOf({
      HOLDFAST_NATS_URL: 'http://store:hunter2@127.0.0.1',
      HOLDFAST_DATABASE_URL: 'postgres://127.0.0.1/holdfast',
    });

    expect(problems).toEqual(['HOLDFAST_NATS_URL=…: expected a URL that begins with nats:// or tls://']);
  });
});
