import { execFile } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { temporaryFolder } from '@holdfast/testing';

import { workspace } from './racks.fixtures.js';

const WRONG_CONFIGURATION = 78;
const LIMIT = 60_000;

/** What a stack passes on to its services as it is; none of it may be `wrong!`. */
const wrong = Object.fromEntries(
  [
    'HOLDFAST_LOG_LEVEL',
    'HOLDFAST_LOG_REPLICAS',
    'HOLDFAST_TRUST_SYNC',
    'HOLDFAST_INSTANCE',
    'HOLDFAST_EVENTS_MAX_BYTES',
    'HOLDFAST_EVENTS_MAX_AGE',
    'HOLDFAST_RUNS_MAX_BYTES',
    'HOLDFAST_RUNS_MAX_AGE',
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ].map((name) => [name, 'wrong!']),
);

/** The variables that a program refuses, when it refuses its configuration. */
const refusedBy = (...args: readonly string[]): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], ...wrong };
    execFile(process.execPath, args, { env, timeout: LIMIT }, (error, _out, text) => {
      if (error?.code === WRONG_CONFIGURATION)
        resolve([...text.matchAll(/^ +(\w+)=wrong!: /gm)].map(([, name = '']) => name));
      else reject(new Error(`${args.join(' ')} ended with ${error?.code ?? 0}: ${text}`));
    });
  });

describe('a wrong configuration', () => {
  it(
    'is refused by the command that starts the services in every point that a service would refuse',
    async () => {
      const service = (name: string) => refusedBy(join(workspace, 'apps', name, 'dist', 'bundle', 'main.js'));
      const folder = await temporaryFolder('configuration');
      try {
        const start = await refusedBy(join(workspace, 'apps/cli/bin/holdfast.mjs'), 'start', '--dir', folder.path);
        const services = await Promise.all(
          ['resource-store', 'api-gateway', 'reconciler', 'prebuild-orchestrator', 'provisioner'].map(service),
        );
        expect([...start].sort()).toEqual(Object.keys(wrong).sort());
        expect([...new Set(services.flat())].sort()).toEqual([...start].sort());
      } finally {
        await folder.remove();
      }
    },
    LIMIT,
  );
});
