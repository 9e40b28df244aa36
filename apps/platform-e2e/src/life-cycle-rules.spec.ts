import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';

const NAMESPACES = '/api/v1/namespaces';
const maps = (namespace = 'default'): string => `${NAMESPACES}/${namespace}/configmaps`;

const configMap = (name: string, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
});

const referenceTo = ({ kind, metadata: { name, uid } }: KubeObject, more: object = {}): object => ({
  apiVersion: 'v1',
  kind,
  name,
  uid,
  blockOwnerDeletion: true,
  ...more,
});

const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'u-1' };

interface Status {
  readonly reason: string;
  readonly details: { readonly causes?: readonly { readonly field: string; readonly reason: string }[] };
}

describe('the life cycle of every object', () => {
  let test: TestStack;
  let client: GatewayClient;
  const isThere = async (path: string): Promise<boolean> => (await client.send('GET', path)).code === 200;
  const gone = (path: string): Promise<boolean> => eventually(async () => !(await isThere(path)));

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it.each<[string, object, string]>([
    ['an owner without a uid', { ownerReferences: [{ ...OWNER, uid: '' }] }, 'metadata.ownerReferences[0].uid'],
    ['an owner without a name', { ownerReferences: [{ ...OWNER, name: '' }] }, 'metadata.ownerReferences[0].name'],
    ['an owner of no kind', { ownerReferences: [{ ...OWNER, kind: '' }] }, 'metadata.ownerReferences[0].kind'],
    [
      'an owner of no version',
      { ownerReferences: [{ ...OWNER, apiVersion: '' }] },
      'metadata.ownerReferences[0].apiVersion',
    ],
    ['an Event as owner', { ownerReferences: [{ ...OWNER, kind: 'Event' }] }, 'metadata.ownerReferences[0]'],
    [
      'two controllers',
      {
        ownerReferences: [
          { ...OWNER, controller: true },
          { ...OWNER, uid: 'u-2', controller: true },
        ],
      },
      'metadata.ownerReferences',
    ],
    ['a finalizer with blanks', { finalizers: ['in use'] }, 'metadata.finalizers'],
    ['a finalizer without a name', { finalizers: ['example.com/'] }, 'metadata.finalizers'],
    ['a finalizer with two slashes', { finalizers: ['example.com/in/use'] }, 'metadata.finalizers'],
    ['both ways of waiting for dependents', { finalizers: ['orphan', 'foregroundDeletion'] }, 'metadata.finalizers'],
  ])('%s is refused', async (_, metadata, field) => {
    const { code, body } = await client.send<Status>('POST', maps(), { body: configMap('bad', metadata) });
    expect([code, body.reason]).toEqual([422, 'Invalid']);
    expect(body.details.causes?.map((cause) => cause.field)).toContain(field);
    expect(await isThere(`${maps()}/bad`)).toBe(false);
  });

  it('owners and finalizers that are not lists are refused', async () => {
    for (const metadata of [{ ownerReferences: 'owner' }, { finalizers: { name: 'held' } }, { finalizers: [7] }]) {
      expect((await client.send('POST', maps(), { body: configMap('bad', metadata) })).code).toBe(400);
    }
  });

  it('no finalizer is added while an object is being deleted; those that are there may go', async () => {
    await client.create(maps(), configMap('going', { finalizers: ['example.com/one', 'example.com/two'] }));
    await client.delete(`${maps()}/going`);
    const patch = { metadata: { finalizers: ['example.com/one', 'example.com/three'] } };
    const sent = { body: patch, type: 'application/merge-patch+json' };
    const { code, body } = await client.send<Status>('PATCH', `${maps()}/going`, sent);
    expect([code, body.details.causes]).toEqual([
      422,
      [expect.objectContaining({ field: 'metadata.finalizers', reason: 'FieldValueForbidden' })],
    ]);
    await client.mergePatch(`${maps()}/going`, { metadata: { finalizers: ['example.com/two'] } });
    await client.mergePatch(`${maps()}/going`, { metadata: { finalizers: [] } });
    expect(await isThere(`${maps()}/going`)).toBe(false);
  });

  it('an owner in another namespace counts as absent, and an Event tells of it', async () => {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
    const owner = await client.create(maps('elsewhere'), configMap('owner'));
    const dependent = await client.create(maps(), configMap('misled', { ownerReferences: [referenceTo(owner)] }));
    await gone(`${maps()}/misled`);
    const events = `${NAMESPACES}/default/events?fieldSelector=reason%3DOwnerRefInvalidNamespace`;
    await holds(async () =>
      expect((await client.list(events)).items).toEqual([
        expect.objectContaining({
          type: 'Warning',
          involvedObject: expect.objectContaining({ kind: 'ConfigMap', uid: dependent.metadata.uid }) as object,
        }),
      ]),
    );
  });

  it('a ring of owners goes, in the foreground too', async () => {
    const a = await client.create(maps(), configMap('ring-a'));
    const b = await client.create(maps(), configMap('ring-b', { ownerReferences: [referenceTo(a)] }));
    const c = await client.create(maps(), configMap('ring-c', { ownerReferences: [referenceTo(b)] }));
    await client.mergePatch(`${maps()}/ring-a`, { metadata: { ownerReferences: [referenceTo(c)] } });
    await client.delete(`${maps()}/ring-a`, { propagationPolicy: 'Foreground' });
    for (const name of ['ring-a', 'ring-b', 'ring-c']) await gone(`${maps()}/${name}`);
  });

  it('an object with two owners outlives the first and goes with the second', async () => {
    const first = await client.create(maps(), configMap('first'));
    const second = await client.create(maps(), configMap('second'));
    const ownerReferences = [referenceTo(first), referenceTo(second)];
    await client.create(maps(), configMap('shared', { ownerReferences }));
    await client.delete(`${maps()}/first`, { propagationPolicy: 'Foreground' });
    await gone(`${maps()}/first`);
    const { metadata } = await client.get(`${maps()}/shared`);
    expect(metadata.ownerReferences).toEqual([referenceTo(second)]);
    await client.delete(`${maps()}/second`);
    await gone(`${maps()}/shared`);
  });

  it('what names an owner that has gone already goes, too', async () => {
    const owner = await client.create(maps(), configMap('early'));
    await client.delete(`${maps()}/early`);
    await client.create(maps(), configMap('late', { ownerReferences: [referenceTo(owner)] }));
    await gone(`${maps()}/late`);
  });

  it('a namespace is emptied before it goes, and says what it still waits for', async () => {
    await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    await client.create(maps('team'), configMap('loose'));
    await client.create(maps('team'), configMap('held', { finalizers: ['example.com/held'] }));
    await client.delete(`${NAMESPACES}/team`);
    const { code } = await client.send('POST', maps('team'), { body: configMap('late') });
    expect(code).toBe(403);

    const remaining = (type: string, message: string): object =>
      expect.objectContaining({ type, status: 'True', message });
    await holds(async () =>
      expect((await client.get(`${NAMESPACES}/team`)).status).toEqual({
        phase: 'Terminating',
        conditions: [
          remaining('NamespaceContentRemaining', 'Some resources are remaining: configmaps. has 1 resource instances'),
          remaining(
            'NamespaceFinalizersRemaining',
            'Some content in the namespace has finalizers remaining: example.com/held in 1 resource instances',
          ),
        ],
      }),
    );
    expect((await client.list(maps('team'))).items.map(({ metadata }) => metadata.name)).toEqual(['held']);

    await client.mergePatch(`${maps('team')}/held`, { metadata: { finalizers: [] } });
    await gone(`${NAMESPACES}/team`);
  });
});
