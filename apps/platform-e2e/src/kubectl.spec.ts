import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack, temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder, TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { fileWith, kubectlWith, obtainKubectl } from './kubectl.fixtures.js';
import type { Kubectl } from './kubectl.fixtures.js';
import { inventory, manifestFile } from './racks.fixtures.js';
import { configMap, CRDS, GROUP, widget, widgetCrd, WIDGETS } from './widgets.fixtures.js';

const programs = { '1.36': await obtainKubectl('forky'), '1.32': await obtainKubectl('trixie') };
type Version = keyof typeof programs;

/** Where a kubectl cannot be had, its tests are skipped, and their title says why. */
const describeWith = (version: Version, title: string, tests: () => void): void => {
  const program = programs[version];
  if ('path' in program) describe(title, tests);
  else describe.skip(`${title} (${program.missing})`, tests);
};

const words = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));

describe('kubectl', () => {
  let test: TestStack;
  let client: GatewayClient;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    folder = await temporaryFolder('kubectl');
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await client.create(CRDS, widgetCrd());
    await eventually(async () => (await client.send('GET', WIDGETS)).code === 200);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await folder?.remove();
  });

  const prepare = (version: Version): (() => Kubectl) => {
    const program = programs[version];
    let kubectl: Kubectl | undefined;
    beforeAll(async () => {
      if ('path' in program)
        kubectl = await kubectlWith(program.path, test.stack.files.kubeconfig, join(folder.path, version));
    });
    return () => {
      if (kubectl === undefined) throw new Error(`there is no kubectl ${version}`);
      return kubectl;
    };
  };

  const common = (version: Version): void => {
    const kubectl = prepare(version);
    const mine = (name: string): string => `${name}-${version.replace('.', '-')}`;

    it('applies an object: created, unchanged, configured', async () => {
      const name = mine('applied');
      const file = await fileWith(folder.path, `${name}.json`, widget(name, { size: 1 }));
      expect(await kubectl()('apply', '-f', file)).toBe(`widget.${GROUP}/${name} created\n`);
      expect(await kubectl()('apply', '-f', file)).toBe(`widget.${GROUP}/${name} unchanged\n`);
      await fileWith(folder.path, `${name}.json`, widget(name, { size: 2 }));
      expect(await kubectl()('apply', '-f', file)).toBe(`widget.${GROUP}/${name} configured\n`);
      expect((await client.get(`${WIDGETS}/${name}`)).spec).toEqual({ size: 2, color: 'red' });
    });

    it('applies objects that it knows itself, by a strategic patch', async () => {
      const name = mine('settings');
      const file = await fileWith(folder.path, `${name}.json`, configMap(name, { a: '1', b: '2' }));
      expect(await kubectl()('apply', '-f', file)).toBe(`configmap/${name} created\n`);
      await fileWith(folder.path, `${name}.json`, configMap(name, { b: '3' }));
      expect(await kubectl()('apply', '-f', file)).toBe(`configmap/${name} configured\n`);
      expect(await kubectl()('get', 'cm', name, '-o', 'jsonpath={.data}')).toBe('{"b":"3"}');
    });

    it('creates what it sends as protobuf', async () => {
      const [namespace, map] = [mine('team'), mine('literal')];
      expect(await kubectl()('create', 'namespace', namespace)).toBe(`namespace/${namespace} created\n`);
      expect(await kubectl()('create', 'configmap', map, '-n', namespace, '--from-literal=color=green')).toBe(
        `configmap/${map} created\n`,
      );
      expect(await kubectl()('get', 'cm', map, '-n', namespace, '-o', 'jsonpath={.data.color}')).toBe('green');
      expect(await kubectl()('delete', 'namespace', namespace)).toContain(`namespace "${namespace}" deleted`);
      expect(await kubectl()('get', 'ns', namespace, '--ignore-not-found')).toBe('');
    });

    it('gets tables, names and objects', async () => {
      const name = mine('shown');
      await client.create(WIDGETS, widget(name, { size: 3 }, { labels: { app: mine('get') } }));
      const get = (...args: string[]): Promise<string> =>
        kubectl()('get', 'widgets', '-l', `app=${mine('get')}`, ...args);
      expect(words(await get())[0]).toEqual(['NAME', 'SIZE']);
      expect(words(await get('-o', 'wide'))).toEqual([
        ['NAME', 'SIZE', 'COLOR'],
        [name, '3', 'red'],
      ]);
      expect(words(await get('-A', '--show-labels'))[1]).toEqual(['default', name, '3', `app=${mine('get')}`]);
      expect(await get('-o', 'name')).toBe(`widget.${GROUP}/${name}\n`);
      expect(await get('-o', 'jsonpath={.items[*].spec.size}')).toBe('3');
      expect(words(await get('-o', 'custom-columns=N:.metadata.name,S:.spec.size'))).toEqual([
        ['N', 'S'],
        [name, '3'],
      ]);
      expect(JSON.parse(await get('-o', 'json'))).toMatchObject({ kind: 'List', items: [{ spec: { size: 3 } }] });
      expect(await kubectl()('get', 'wi', name, '-o', 'yaml')).toMatch(
        /^apiVersion: tests[^]*\nspec:\n {2}color: red\n/,
      );
    });

    it('waits for a condition and for the end', async () => {
      const name = mine('awaited');
      await client.create(WIDGETS, widget(name));
      const wait = (what: string): Promise<string> =>
        kubectl()('wait', `widget/${name}`, `--for=${what}`, '--timeout=20s');
      const ready = wait('condition=Ready');
      await client.mergePatch(`${WIDGETS}/${name}/status`, {
        status: { conditions: [{ type: 'Ready', status: 'True' }] },
      });
      expect(await ready).toBe(`widget.${GROUP}/${name} condition met\n`);
      const gone = wait('delete');
      await client.delete(`${WIDGETS}/${name}`);
      // Nothing is said when it had gone already.
      expect(['', `widget.${GROUP}/${name} condition met\n`]).toContain(await gone);
    });

    it('is told what is wrong', async () => {
      const bad = await kubectl().run(
        ['create', '-f', '-'],
        JSON.stringify(widget('bad', { size: 'big', colour: 'x' })),
      );
      expect(bad).toMatchObject({ code: 1, out: '' });
      expect(bad.err).toMatch(/strict decoding error: unknown field "spec.colour"/);
      expect((await kubectl().run(['get', 'gadgets'])).err).toContain(
        'the server doesn\'t have a resource type "gadgets"',
      );
      expect((await kubectl().run(['get', 'wi', 'absent'])).err).toBe(
        `Error from server (NotFound): widgets.${GROUP} "absent" not found\n`,
      );
    });
  };
  describeWith('1.32', '1.32', () => common('1.32'));
  describeWith('1.36', '1.36', () => {
    common('1.36');

    const kubectl = prepare('1.36');

    it('creates and replaces', async () => {
      const file = await fileWith(folder.path, 'made.json', widget('made', { size: 1, parts: ['a'] }));
      expect(await kubectl()('create', '-f', file)).toBe(`widget.${GROUP}/made created\n`);
      expect((await kubectl().run(['create', '-f', file])).err).toContain('(AlreadyExists)');
      await fileWith(folder.path, 'made.json', widget('made', { size: 2 }));
      expect(await kubectl()('replace', '-f', file)).toBe(`widget.${GROUP}/made replaced\n`);
      expect((await client.get(`${WIDGETS}/made`)).spec).toEqual({ size: 2, color: 'red' });
    });

    it('patches by merge and by operations, the status too', async () => {
      await client.create(WIDGETS, widget('patched'));
      const patch = (...args: string[]): Promise<string> => kubectl()('patch', 'widget', 'patched', ...args);
      expect(await patch('--type=merge', '-p', '{"spec":{"size":5}}')).toBe(`widget.${GROUP}/patched patched\n`);
      expect(await patch('--type=merge', '-p', '{"spec":{"size":5}}')).toBe(
        `widget.${GROUP}/patched patched (no change)\n`,
      );
      await patch('--type=json', '-p', '[{"op":"add","path":"/spec/parts","value":["x"]}]');
      await patch('--subresource=status', '--type=merge', '-p', '{"status":{"phase":"Up"}}');
      expect(await client.get(`${WIDGETS}/patched`)).toMatchObject({
        spec: { size: 5, parts: ['x'] },
        status: { phase: 'Up' },
        metadata: { generation: 3 },
      });
    });

    it('labels and annotates', async () => {
      await client.create(WIDGETS, widget('marked'));
      expect(await kubectl()('label', 'widget', 'marked', 'tier=gold')).toContain('labeled');
      expect(await kubectl()('label', 'widget', 'marked', 'tier=tin', '--overwrite')).toContain('labeled');
      expect(await kubectl()('annotate', 'widget', 'marked', 'note=hello')).toContain('annotated');
      expect((await client.get(`${WIDGETS}/marked`)).metadata).toMatchObject({
        labels: { tier: 'tin' },
        annotations: { note: 'hello' },
        generation: 1,
      });
      expect(await kubectl()('label', 'widget', 'marked', 'tier-')).toContain('unlabeled');
      expect(await kubectl()('get', 'wi', '-l', 'tier', '-o', 'name')).toBe('');
    });

    it('sorts', async () => {
      for (const [name, size] of [
        ['sort-a', 30],
        ['sort-b', 10],
        ['sort-c', 20],
      ] as const)
        await client.create(WIDGETS, widget(name, { size }, { labels: { sort: 'yes' } }));
      const sorted = await kubectl()('get', 'wi', '-l', 'sort', '--sort-by=.spec.size');
      expect(words(sorted).map(([name]) => name)).toEqual(['NAME', 'sort-b', 'sort-c', 'sort-a']);
    });

    it('follows changes as they happen', async () => {
      await client.create(WIDGETS, widget('followed', { size: 1 }, { labels: { follow: 'me' } }));
      const ended = new AbortController();
      const rows: string[][] = [];
      const following = (async () => {
        for await (const line of kubectl().lines(
          ['get', 'wi', '-l', 'follow', '-w', '--output-watch-events'],
          ended.signal,
        ))
          rows.push(line.trim().split(/\s{2,}/));
      })();
      await eventually(() => rows.length === 2);
      await client.mergePatch(`${WIDGETS}/followed`, { spec: { size: 2 } });
      await client.delete(`${WIDGETS}/followed`);
      await eventually(() => rows.length === 4);
      ended.abort();
      await following;
      expect(rows).toEqual([
        ['EVENT', 'NAME', 'SIZE'],
        ['ADDED', 'followed', '1'],
        ['MODIFIED', 'followed', '2'],
        ['DELETED', 'followed', '2'],
      ]);
    });

    it('explains a kind from its schema', async () => {
      const text = await kubectl()('explain', 'widget.spec');
      expect(text).toMatch(/GROUP:\s+tests\.holdfast\.dev/);
      expect(text).toContain('What the widget is meant to be.');
      expect(text).toMatch(/size\s+<integer> -required-/);
      expect(await kubectl()('explain', 'widgets.spec.color')).toMatch(/ENUM:/i);
      expect(await kubectl()('explain', 'configmap.data')).toContain('FIELD: data');
    });

    it('shows what an apply would change, and changes nothing by a dry run', async () => {
      const file = await fileWith(folder.path, 'differs.json', widget('differs', { size: 1 }));
      await kubectl()('apply', '-f', file);
      const { resourceVersion } = (await client.get(`${WIDGETS}/differs`)).metadata;
      await fileWith(folder.path, 'differs.json', widget('differs', { size: 2 }));
      expect(await kubectl()('apply', '-f', file, '--dry-run=server')).toContain('configured (server dry run)');
      const { code, out } = await kubectl().run(['diff', '-f', file]);
      expect(code).toBe(1);
      expect(out).toMatch(/-\s+size: 1\n\+\s+size: 2/);
      expect((await client.get(`${WIDGETS}/differs`)).metadata.resourceVersion).toBe(resourceVersion);
    });

    it('describes an object', async () => {
      await client.create(WIDGETS, widget('described', { size: 4 }));
      expect(await kubectl()('describe', 'widget', 'described')).toMatch(
        /Name:\s+described\n[^]*Size:\s+4\n[^]*Events:\s+<none>/,
      );
    });

    it('tells versions, resources and health', async () => {
      expect(JSON.parse(await kubectl()('version', '-o', 'json'))).toHaveProperty('serverVersion.gitVersion');
      expect(await kubectl()('api-resources', '--api-group', GROUP, '-o', 'name')).toBe(`widgets.${GROUP}\n`);
      expect(await kubectl()('get', '--raw', '/readyz')).toBe('ok');
    });

    describe('with the rack example', () => {
      it('applies its manifests at once and waits until it is ready', async () => {
        await kubectl()('apply', '-f', manifestFile('1-kinds.yaml'));
        await kubectl()('wait', 'crd', '--all', '--for=condition=Established', '--timeout=20s');
        await kubectl()('apply', '-f', manifestFile('2-racks.yaml'));
        await kubectl()('wait', 'rack', '--all', '--for=condition=Ready', '--timeout=30s');
        const [head, ...rows] = words(await kubectl()('get', 'racks'));
        expect(head?.slice(0, 7)).toEqual(['NAME', 'TEMPLATE', 'CHASSIS', 'BLADES', 'NODES', 'BMCS', 'READY']);
        expect(rows.map((row) => row.slice(0, 7))).toEqual([
          ['rack-01', 'standard', '2', '8', '16', '8', 'True'],
          ['rack-02', 'dense', '1', '2', '8', '8', 'True'],
        ]);
        expect(words(await kubectl()('get', 'inventory', '-o', 'name')).length).toBe(2 + 2 + 34 + 19);
      }, 120_000);

      it('deletes in the foreground: the children first', async () => {
        await kubectl()('delete', 'rack', 'rack-02', '--cascade=foreground', '--timeout=20s');
        expect(await kubectl()('get', 'nodes.inventory.holdfast.dev', '-o', 'name')).not.toContain('rack-02');
      }, 120_000);

      it('leaves orphans when it is asked to', async () => {
        await kubectl()('delete', 'chassis', 'rack-01-chassis-1', '--cascade=orphan', '--timeout=20s');
        const blade = await client.get(inventory('blades/rack-01-chassis-1-blade-0'));
        expect(blade.metadata).not.toHaveProperty('ownerReferences.0.name', 'rack-01-chassis-1');
      }, 120_000);
    });

    it('deletes without waiting for finalizers', async () => {
      await client.create(WIDGETS, widget('held', { size: 1 }, { finalizers: ['tests.holdfast.dev/hold'] }));
      await kubectl()('delete', 'widget', 'held', '--wait=false');
      expect((await client.get(`${WIDGETS}/held`)).metadata.deletionTimestamp).toBeDefined();
      await kubectl()('patch', 'widget', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
      expect(await kubectl()('get', 'wi', 'held', '--ignore-not-found')).toBe('');
    });
  });
});
