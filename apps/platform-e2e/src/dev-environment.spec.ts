import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { makeRepository, manifestsFolder } from '@holdfast/example-dev-environment';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';

const PATIENCE = { withinMs: 90_000 };
const LIMIT_MS = 150_000;

const base = '/apis/prebuilds.holdfast.dev/v1/namespaces/default';
const PRESET = `${base}/presets/hello-web`;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: JsonObject;
}

const manifests = async (file: string): Promise<readonly Manifest[]> =>
  parseAllDocuments(await readFile(join(manifestsFolder, file), 'utf8')).map((it) => it.toJS() as Manifest);

const COLLECTIONS: Readonly<Record<string, string>> = {
  Template: `${base}/templates`,
  TemplateVersion: `${base}/templateversions`,
  Preset: `${base}/presets`,
};

interface Workspace {
  readonly metadata: KubeObject['metadata'];
  readonly spec: { readonly owner: string; readonly version: string; readonly name?: string };
  readonly status?: {
    readonly phase?: string;
    readonly endpoints?: readonly { readonly name: string; readonly url: string }[];
  };
}

interface Claimed {
  readonly claim: KubeObject;
  readonly workspace: Workspace;
}

describe('the example of prebuilt environments', () => {
  let test: TestStack;
  let client: GatewayClient;
  let repository: string;

  const workspaces = async (): Promise<readonly Workspace[]> =>
    (await client.list(`${base}/workspaces`)).items as readonly unknown[] as readonly Workspace[];
  const warm = async (version: string): Promise<readonly Workspace[]> =>
    (await workspaces()).filter(
      ({ spec, status }) => spec.owner === 'prebuilds' && spec.version === version && status?.phase === 'Ready',
    );
  const urlOf = ({ status }: Workspace): string => status?.endpoints?.find(({ name }) => name === 'web')?.url ?? '';
  const page = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();
  const claim = async (name: string): Promise<Workspace> => {
    const { code, body } = await client.send<Claimed>('POST', `${PRESET}/claim`, { body: { name, owner: 'ada' } });
    expect({ code, body }).toMatchObject({ code: 201, body: { claim: { status: { source: 'warm' } } } });
    return body.workspace;
  };

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    repository = await makeRepository(join(test.dir, 'repositories', 'hello-web'));
    await eventually(async () => (await client.send('GET', `${base}/presets`)).code === 200, PATIENCE);
    for (const manifest of [...(await manifests('1-template.yaml')), ...(await manifests('2-preset.yaml'))]) {
      const { scheduling: _, ...prebuilds } = objectAt(manifest.spec, 'prebuilds');
      // Without its schedule, which would make the night of another rule than the day.
      const spec = { ...manifest.spec, parameters: { repository }, prebuilds };
      const object = manifest.kind === 'Preset' ? { ...manifest, spec } : manifest;
      await client.create(COLLECTIONS[manifest.kind] ?? '', object);
    }
  }, LIMIT_MS);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it(
    'is warm before anybody asks',
    async () => {
      const ready = await eventually(async () => {
        const found = await warm('dev-environment-1');
        return found.length === 3 && found;
      }, PATIENCE);
      for (const workspace of ready) expect(await page(urlOf(workspace))).toContain('Nobody has claimed');
      const { status } = await client.get(PRESET);
      expect(status).toMatchObject({ desired: 3 });
    },
    LIMIT_MS,
  );

  it(
    'greets who claims one by name, without building it again, and is filled up again',
    async () => {
      const before = await warm('dev-environment-1');
      const { metadata, spec } = await claim('mine');
      expect(before.map((it) => it.metadata.uid)).toContain(metadata.uid);
      expect(spec).toMatchObject({ owner: 'ada', name: 'mine' });

      const path = `${base}/workspaces/${metadata.name}`;
      const workspace = async (): Promise<Workspace> => (await client.get(path)) as unknown as Workspace;
      const url = urlOf(await workspace());
      await eventually(async () => (await page(url)).includes('Hello, ada!'), PATIENCE);
      await eventually(async () => (await workspace()).status?.phase === 'Ready', PATIENCE);
      await eventually(async () => (await warm('dev-environment-1')).length === 3, PATIENCE);
    },
    LIMIT_MS,
  );

  it(
    'rolls a new version out by surge: never fewer than three can be claimed, and the old ones go',
    async () => {
      const [version] = await manifests('1-template.yaml');
      await client.create(COLLECTIONS['TemplateVersion'] ?? '', {
        ...version,
        metadata: { name: 'dev-environment-2' },
      });
      let fewest = Number.POSITIVE_INFINITY;
      await client.mergePatch(`${base}/templates/dev-environment`, { spec: { activeVersion: 'dev-environment-2' } });
      await eventually(async () => {
        const found = await workspaces();
        const claimable = found.filter(({ spec, status }) => spec.owner === 'prebuilds' && status?.phase === 'Ready');
        fewest = Math.min(fewest, claimable.length);
        const old = found.filter(({ spec }) => spec.owner === 'prebuilds' && spec.version === 'dev-environment-1');
        return old.length === 0 && claimable.length === 3;
      }, PATIENCE);
      expect(fewest).toBeGreaterThanOrEqual(3);
      // The claimed one is its owner's, whatever version it is of.
      expect((await workspaces()).filter(({ spec }) => spec.owner === 'ada')).toHaveLength(1);
    },
    LIMIT_MS,
  );

  it(
    'is scaled to zero and leaves nothing behind but what was claimed',
    async () => {
      const urls = (await warm('dev-environment-2')).map(urlOf);
      await client.mergePatch(PRESET, { spec: { prebuilds: { instances: 0 } } });
      await eventually(
        async () => (await workspaces()).filter(({ spec }) => spec.owner === 'prebuilds').length === 0,
        PATIENCE,
      );
      for (const url of urls) await expect(fetch(url)).rejects.toThrow('fetch failed');
      const [mine] = await workspaces();
      expect(await page(urlOf(mine as Workspace))).toContain('Hello, ada!');
    },
    LIMIT_MS,
  );
});
