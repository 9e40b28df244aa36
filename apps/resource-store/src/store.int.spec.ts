import type { Target } from '@holdfast/contracts';
import { eventually } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';

import { configMap, createOf, getOf, objectOf, StoreWorld, target, versionOf } from './store-process.fixtures.js';
import type { StoreProcess } from './store-process.fixtures.js';

jest.setTimeout(120_000);

let world: StoreWorld;
let store: StoreProcess;

beforeAll(async () => {
  world = await StoreWorld.open();
  store = world.start('store');
  await store.becomes('transactor');
});
afterAll(async () => {
  await world?.close();
});

const crds: Target = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
  namespace: '',
  name: '',
};

const widgetsCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { size: { type: 'integer', default: 1 } } } },
          },
        },
      },
    ],
  },
};

describe('a store at its first start', () => {
  it('opens the first epoch and makes the namespace default', async () => {
    const [epoch, namespace] = await eventually(async () => {
      const commits = await world.commits();
      return commits.length > 1 ? commits : undefined;
    });

    expect(epoch?.header).toMatchObject({ epoch: 1, instance: 'store', takeover: true, commands: [] });
    expect(namespace?.header.commands).toMatchObject([{ actor: 'system:holdfast', events: 1 }]);
    const defaults: Target = { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: 'default' };
    expect(objectOf(await world.send({ verb: 'get', target: defaults }))).toMatchObject({
      kind: 'Namespace',
      metadata: { name: 'default', resourceVersion: String(2 * 1024) },
    });
  });

  it('tells its role, epoch and lag, and is red for the database that is away', async () => {
    const health = await store.health();

    expect(health).toMatchObject({
      status: 'error',
      service: 'resource-store',
      role: 'transactor',
      epoch: 1,
      lag: 0,
      checks: { nats: { status: 'ok' }, postgres: { status: 'error' } },
    });
  });
});

describe('kinds', () => {
  it('serve their objects as soon as they are declared, and are told with their version', async () => {
    const declared = await world.send({ verb: 'create', target: crds }, widgetsCrd);
    const widgets: Target = {
      group: 'example.com',
      version: 'v1',
      resource: 'widgets',
      namespace: 'default',
      name: '',
    };
    const created = await world.send(
      { verb: 'create', target: widgets },
      {
        apiVersion: 'example.com/v1',
        kind: 'Widget',
        metadata: { name: 'small' },
        spec: {},
      },
    );

    expect(objectOf(created)).toMatchObject({ metadata: { name: 'small' }, spec: { size: 1 } });
    const kinds = await world.send({ verb: 'kinds' });
    expect(versionOf(kinds)).toBe(Math.floor(versionOf(created) / 1024) * 1024 + 1023);
    expect(objectOf(kinds)).toEqual([objectOf(declared)]);
  });
});

describe('lists for services', () => {
  it('come page by page, each object once, with the version to follow the log from', async () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `listed-${String(i).padStart(4, '0')}`);
    await Promise.all(names.map((name) => world.send(createOf(), configMap(name))));

    const first = await world.send({ verb: 'list' });
    if (first.reply.status !== 'ok' || first.reply.next === undefined)
      throw new Error('expected a page and a next one');
    const again = await world.send({ verb: 'list', after: first.reply.next });
    const second = await world.send({ verb: 'list', after: first.reply.next });

    expect(objectOf(again)).toEqual(objectOf(second));
    const listed = [...(objectOf(first) as Listed[]), ...(objectOf(second) as Listed[])].map(
      ({ metadata }) => metadata.name,
    );
    expect(listed.filter((name) => name.startsWith('listed-')).sort()).toEqual(names);
    expect(new Set(listed).size).toBe(listed.length);
    expect(versionOf(first) % 1024).toBe(1023);
  });

  interface Listed {
    readonly metadata: { readonly name: string };
  }

  it('that were begun elsewhere have to begin again', async () => {
    const { reply } = await world.send({ verb: 'list', after: 'elsewhere-1#1000' });

    expect(reply).toMatchObject({ status: 'refused', refusal: { reason: 'Expired' } });
  });
});

describe('a rollback', () => {
  it('brings a past spec back', async () => {
    const widget: Target = {
      group: 'example.com',
      version: 'v1',
      resource: 'widgets',
      namespace: 'default',
      name: 'small',
    };
    const before = await world.send({ verb: 'get', target: widget });
    const patched = await world.send({ verb: 'patch', target: widget, patchType: 'merge' }, { spec: { size: 5 } });
    expect(objectOf(patched)).toMatchObject({ spec: { size: 5 } });

    const rolledBack = await world.send({ verb: 'rollback', target: widget, toVersion: versionOf(before) });

    expect(objectOf(rolledBack)).toMatchObject({ spec: { size: 1 } });
    expect(versionOf(rolledBack)).toBeGreaterThan(versionOf(patched));
  });

  it('to a version of another object is refused', async () => {
    const other = await world.send(createOf(), configMap('other'));

    const { reply } = await world.send({
      verb: 'rollback',
      target: target('listed-0000'),
      toVersion: versionOf(other),
    });

    expect(reply).toMatchObject({ status: 'refused', refusal: { reason: 'Invalid' } });
  });
});

describe('metrics', () => {
  it('count commands, appends, batch sizes, conflicts and lags', async () => {
    await world.send({ verb: 'delete', target: target('listed-0001'), preconditions: { resourceVersion: '1' } });

    const metrics = await store.metrics();

    expect(metrics).toMatch(
      /holdfast_commands_total\{verb="create",outcome="created",service="resource-store"\} 1[5-9]\d\d/,
    );
    expect(metrics).toMatch(/holdfast_log_appends_total\{outcome="accepted",service="resource-store"\} [1-9]/);
    expect(metrics).toMatch(/holdfast_log_append_duration_seconds_count\{service="resource-store"\} [1-9]/);
    expect(metrics).toMatch(/holdfast_log_commit_events_sum\{service="resource-store"\} 1[5-9]\d\d/);
    expect(metrics).toMatch(/holdfast_conflicts_total\{service="resource-store"\} 1/);
    for (const name of ['publisher_lag_events', 'projection_lag_events', 'projection_lag_seconds']) {
      expect(metrics).toContain(`holdfast_${name}{service="resource-store"}`);
    }
  });
});

describe('a store that starts again', () => {
  it('begins at the snapshot that was left for it, and at the end of the log', async () => {
    // Enough commits that a snapshot is worth its while.
    for (let i = 0; i < 40; i++) {
      const names = Array.from({ length: 30 }, (_, n) => `again-${i}-${n}`);
      for (const name of names) await world.send(createOf(), configMap(name));
    }
    const before = await world.send(getOf('again-39-29'));
    const end = await world.log.end();
    expect(await store.stop()).toBe('0');

    const again = world.start('again');
    await again.becomes('transactor');

    const restored = again.lines.find(({ msg }) => msg === 'the state is restored');
    expect(restored).toMatchObject({ from: end, sequence: end });
    expect(objectOf(await world.send(getOf('again-39-29')))).toEqual(objectOf(before));
  });
});
