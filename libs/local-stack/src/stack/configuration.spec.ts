import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from '@jest/globals';

import { ConfigurationError, readStackConfiguration } from './configuration.js';

describe('the configuration of a stack', () => {
  it('may be empty', async () => {
    expect(await readStackConfiguration({ HOLDFAST_NATS_URL: '' })).toEqual({});
  });

  it('is refused with every problem at once, by name, without showing passwords', async () => {
    const refused = readStackConfiguration({
      HOLDFAST_NATS_URL: 'nats://store:hunter2@127.0.0.1:1',
      HOLDFAST_DATABASE_URL: 'mysql://root:hunter2@127.0.0.1',
      HOLDFAST_GATEWAY_PORT: '99999',
    });
    await expect(refused).rejects.toEqual(
      new ConfigurationError([
        'HOLDFAST_DATABASE_URL: expected a URL that begins with postgres:// or postgresql://',
        'HOLDFAST_NATS_URL: nobody answers at 127.0.0.1:1 (ECONNREFUSED)',
        'HOLDFAST_NATS_MONITOR_URL is required together with HOLDFAST_NATS_URL, to see that the server syncs every ' +
          'write (or HOLDFAST_TRUST_SYNC=true)',
        'HOLDFAST_GATEWAY_PORT=99999: expected a port from 1 to 65535',
      ]),
    );
  });

  it('is refused for what a service would refuse, before anything is started', async () => {
    const refused = readStackConfiguration({
      HOLDFAST_TRUST_SYNC: 'maybe',
      HOLDFAST_LOG_LEVEL: 'foo',
      HOLDFAST_EVENTS_MAX_AGE: '7 days',
      HOLDFAST_RUNS_MAX_BYTES: '-1',
      HOLDFAST_NATS_SERVER: '/nope',
    });
    await expect(refused).rejects.toEqual(
      new ConfigurationError([
        'HOLDFAST_LOG_LEVEL=foo: expected debug, info, warn or error',
        'HOLDFAST_TRUST_SYNC=maybe: expected true or false',
        'HOLDFAST_EVENTS_MAX_AGE=7 days: expected a number and a unit, such as 90s, 30m, 12h or 7d',
        'HOLDFAST_RUNS_MAX_BYTES=-1: expected a number above 0',
        'HOLDFAST_NATS_SERVER=/nope: /nope does not exist',
      ]),
    );
  });

  it('is refused when somebody listens on the port that the gateway is to have', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await expect(readStackConfiguration({ HOLDFAST_GATEWAY_PORT: String(port) })).rejects.toEqual(
        new ConfigurationError([
          `HOLDFAST_GATEWAY_PORT=${port}: 127.0.0.1:${port} cannot be listened on; is it somebody else's?`,
        ]),
      );
    } finally {
      server.close();
    }
  });
});
