import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { POOLS, template, templateVersion } from './pool-kinds.fixtures.js';
import { startDocumentedProvisioner } from './workers.fixtures.js';
import { greeterWorkspace, greetingOf, makeGreeter, pathOf } from './workspaces.fixtures.js';

const LIMIT = 120_000;

describe('a workspace in the whole stack', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await makeGreeter(client);
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  const inPhase = (name: string, phase: string, withinMs = 30_000): Promise<KubeObject> =>
    eventually(
      async () => {
        const found = await client.get(pathOf(name));
        return found.status?.['phase'] === phase ? found : undefined;
      },
      { withinMs },
    );
  const folders = async (): Promise<readonly string[]> =>
    (await readdir(join(test.dir, 'workspaces'))).filter((name) => !name.startsWith('.'));

  it(
    'is built, answers, is stopped and started, and leaves nothing',
    async () => {
      await client.create(`${POOLS}/workspaces`, greeterWorkspace('first'));
      const ready = await inPhase('first', 'Ready');
      expect(await greetingOf(ready)).toBe('hello, ada\n');
      expect(await folders()).toEqual([ready.metadata.uid]);

      await client.mergePatch(pathOf('first'), { spec: { transition: 'stop' } });
      await inPhase('first', 'Stopped');
      await expect(greetingOf(ready)).rejects.toThrow('fetch failed');

      await client.mergePatch(pathOf('first'), { spec: { transition: 'start' } });
      expect(await greetingOf(await inPhase('first', 'Ready'))).toBe('hello, ada\n');

      await client.send('DELETE', pathOf('first'));
      await eventually(async () => (await client.send('GET', pathOf('first'))).code === 404);
      expect(await folders()).toEqual([]);
      await expect(greetingOf(ready)).rejects.toThrow('fetch failed');

      // Gone, and its log is kept.
      const { text } = await holdfast(test, ['prebuilds', 'logs'], 'first');
      expect(text).toMatch(/^build 1 \(start\)\ncreated\nbuild 1 \(start\) has succeeded\nbuild 2 \(stop\)\n/);
      expect(await holdfast(test, ['prebuilds', 'logs'], '--build', '4', 'first')).toMatchObject({
        text: 'build 4 (delete)\nbuild 4 (delete) has succeeded\n',
      });
    },
    LIMIT,
  );

  it(
    'is built and removed by the provisioner of the documentation, with what a NATS client has and no more',
    async () => {
      const provisioner = await startDocumentedProvisioner(test);
      try {
        await client.create(`${POOLS}/templates`, template('notes'));
        const version = templateVersion('notes-v1', 'notes', { provisioner: { name: 'notes' } });
        await client.create(`${POOLS}/templateversions`, version);
        const { spec, ...noted } = greeterWorkspace('noted');
        await client.create(`${POOLS}/workspaces`, {
          ...noted,
          spec: { ...spec, template: 'notes', version: 'notes-v1' },
        });
        const { status } = await inPhase('noted', 'Ready');
        const [note] = (status?.['endpoints'] ?? []) as readonly { readonly url: string }[];
        const file = new URL(note?.url ?? '');
        expect(await readFile(file, 'utf8')).toBe('noted of ada\n');
        await client.send('DELETE', pathOf('noted'));
        await eventually(async () => (await client.send('GET', pathOf('noted'))).code === 404);
        await expect(readFile(file)).rejects.toThrow('ENOENT');
        const { text } = await holdfast(test, ['prebuilds', 'logs'], 'noted');
        expect(text).toBe('start has succeeded\ndelete has succeeded\n');
      } finally {
        await provisioner.stop();
      }
    },
    LIMIT,
  );

  it(
    'is followed until its build ends',
    async () => {
      await client.create(`${POOLS}/workspaces`, greeterWorkspace('followed'));
      await inPhase('followed', 'Building');
      const { text } = await holdfast(test, ['prebuilds', 'logs'], '-f', 'followed');
      expect(text).toBe('build 1 (start)\ncreated\nbuild 1 (start) has succeeded\n');
    },
    LIMIT,
  );

  it(
    'ends with the stack and comes back with it',
    async () => {
      await client.create(`${POOLS}/workspaces`, greeterWorkspace('second'));
      const ready = await inPhase('second', 'Ready');
      await client.close();
      await test.stack.stop();
      await expect(greetingOf(ready)).rejects.toThrow('fetch failed');
      await test.restart();
      client = new GatewayClient(test.stack);
      await eventually(async () => (await greetingOf(ready)) === 'hello, ada\n');
    },
    LIMIT,
  );

  it(
    'is built although the provisioner and the orchestrator are killed in the middle',
    async () => {
      await client.create(`${POOLS}/workspaces`, greeterWorkspace('third'));
      await eventually(async () => (await client.get(pathOf('third'))).status?.['phase'] === 'Building', {
        everyMs: 5,
      });
      process.kill(test.pid('provisioner'), 'SIGKILL');
      process.kill(test.pid('prebuild-orchestrator'), 'SIGKILL');
      // Its job comes again when nobody has said for 30 s that it is worked on.
      expect(await greetingOf(await inPhase('third', 'Ready', 80_000))).toBe('hello, ada\n');
    },
    LIMIT,
  );
});
