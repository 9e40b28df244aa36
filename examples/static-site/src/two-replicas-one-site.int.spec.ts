import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { keyOf, ObjectCache } from '@holdfast/reconcile';
import type { Outcome, ReconcilerDefinition } from '@holdfast/reconcile';
import { temporaryFolder } from '@holdfast/testing';
import type { TemporaryFolder } from '@holdfast/testing';

import { STATIC_SITES } from './site.js';
import { staticSiteReconciler } from './site-reconciler.js';

const HELLO = keyOf(STATIC_SITES, 'default', 'hello');

describe('a site that moves from one replica to another on the same host', () => {
  let home: TemporaryFolder;
  let one: ReconcilerDefinition;
  let other: ReconcilerDefinition;
  let url: string;

  beforeEach(async () => {
    home = await temporaryFolder('sites');
    one = staticSiteReconciler({ root: home.path });
    other = staticSiteReconciler({ root: home.path });
    url = urlOf(await look(one));
  });
  afterEach(async () => {
    await one?.released?.(() => true);
    await other?.released?.(() => true);
    await home?.remove();
  });

  const forbidden = (): never => {
    throw new Error('nothing is to be written');
  };
  /** What a replica makes of the site, of which the status says where it was served before. */
  const look = (replica: ReconcilerDefinition, before?: string, port?: number): Promise<Outcome> => {
    const read = new ObjectCache();
    read.put({
      key: HELLO,
      version: 1,
      object: {
        apiVersion: 'sites.holdfast.dev/v1',
        kind: 'StaticSite',
        metadata: { name: HELLO.name, namespace: HELLO.namespace, uid: 'u', finalizers: ['sites.holdfast.dev/folder'] },
        spec: {
          files: [{ path: 'index.html', content: 'hello' }],
          index: 'index.html',
          ...(port === undefined ? {} : { port }),
        },
        ...(before === undefined ? {} : { status: { url: before } }),
      },
    });
    return replica.reconcile({
      id: 'run-1',
      controller: replica.name,
      key: HELLO,
      reason: 'Resync',
      cause: undefined,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      attempt: 0,
      fence: undefined,
      now: new Date('2026-01-01T10:00:00Z'),
      signal: new AbortController().signal,
      read,
      write: { create: forbidden, patch: forbidden, updateStatus: forbidden, delete: forbidden, finalize: forbidden },
    });
  };
  const urlOf = ({ status }: Outcome): string => JSON.stringify(status?.['url']).slice(1, -1);
  const isServed = (): Promise<boolean> =>
    fetch(url, { headers: { connection: 'close' } }).then(
      ({ ok }) => ok,
      () => false,
    );

  it('is served by nobody once the first has given it up', async () => {
    expect(await isServed()).toBe(true);
    await one.released?.(({ name }) => name === 'hello');
    expect(await isServed()).toBe(false);
  });

  it('stays with the first while others are given up', async () => {
    await one.released?.(({ name }) => name === 'another');
    expect(await isServed()).toBe(true);
  });

  it('keeps its address, whether it asked for the port or not', async () => {
    const port = Number(new URL(url).port);
    await one.released?.(() => true);
    expect(urlOf(await look(other, url))).toBe(url);
    await other.released?.(() => true);
    expect(urlOf(await look(one, undefined, port))).toBe(url);
  });
});
