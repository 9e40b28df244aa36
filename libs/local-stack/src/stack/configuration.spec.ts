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
        'HOLDFAST_GATEWAY_PORT=99999: expected a port from 1 to 65535',
        'HOLDFAST_NATS_MONITOR_URL is required together with HOLDFAST_NATS_URL, to see that the server syncs every ' +
          'write (or HOLDFAST_TRUST_SYNC=true)',
        'HOLDFAST_NATS_URL: nobody answers at 127.0.0.1:1 (ECONNREFUSED)',
      ]),
    );
  });
});
