import { once, setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const CONFIGMAPS = '/api/v1/namespaces/default/configmaps';

interface WatchEvent {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string } };
}

describe('watches', () => {
  let stack: TestStack;
  let stopping: AbortController;

  beforeAll(async () => {
    stack = await startTestStack();
  }, 120_000);

  afterAll(async () => {
    stopping?.abort();
    await stack?.close();
  });

  const open = async (method: string, path: string, body?: object): Promise<IncomingMessage> => {
    const { gateway } = stack.stack.describe();
    const outgoing = request(`${gateway}${path}`, {
      method,
      agent: false,
      signal: stopping.signal,
      ca: readFileSync(join(stack.dir, 'ca.crt')),
      headers: {
        authorization: `Bearer ${readFileSync(join(stack.dir, 'token'), 'utf8').trim()}`,
        'content-type': 'application/json',
      },
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    return response;
  };

  /** Writes until it is told that the object is there: a repeat after a lost answer finds it made. */
  const create = async (name: string): Promise<void> => {
    for (;;) {
      try {
        const response = await open('POST', CONFIGMAPS, { metadata: { name } });
        response.resume();
        if (response.statusCode === 201 || response.statusCode === 409) return;
      } catch (error) {
        if (stopping.signal.aborted) throw error;
      }
      await sleep(50);
    }
  };

  /** Watches as informers do: from the last version seen, whatever becomes of the connection. */
  const follow = async (seen: WatchEvent[], from: number): Promise<void> => {
    while (!stopping.signal.aborted) {
      const version = seen.at(-1)?.object.metadata.resourceVersion ?? String(from);
      try {
        const response = await open('GET', `${CONFIGMAPS}?watch=true&resourceVersion=${version}`);
        response.setEncoding('utf8');
        let rest = '';
        for await (const text of response) {
          const lines = (rest + String(text)).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) seen.push(JSON.parse(line) as WatchEvent);
        }
      } catch {
        // The gateway is away: again, from where this one ended.
      }
      await sleep(20);
    }
  };

  it('feed an informer, which sees objects come and go as its selector says', async () => {
    const config = new KubeConfig();
    config.loadFromFile(join(stack.dir, 'kubeconfig'));
    const core = config.makeApiClient(CoreV1Api);
    const namespace = 'default';
    const body = (app: string) => ({ metadata: { name: 'menu', labels: { app } } });
    const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: 'app=web' });
    const informer = makeInformer(config, CONFIGMAPS, list, 'app=web');
    const seen: string[] = [];
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, ({ metadata }) => seen.push(`${verb} ${metadata?.labels?.['app']}`));
    }
    await informer.start();
    try {
      await core.createNamespacedConfigMap({ namespace, body: body('web') });
      for (const app of ['other', 'web'])
        await core.replaceNamespacedConfigMap({ namespace, name: 'menu', body: body(app) });
      await core.deleteNamespacedConfigMap({ namespace, name: 'menu' });
      await eventually(() => seen.length === 4);
      // What ceases to match is deleted for the informer, and shown as it was.
      expect(seen).toEqual(['add web', 'delete web', 'add web', 'delete web']);
    } finally {
      await informer.stop();
    }
  }, 60_000);

  it('tell every change once and in order while the gateway and NATS are killed and come back', async () => {
    stopping = new AbortController();
    setMaxListeners(0, stopping.signal);
    const watched: WatchEvent[][] = Array.from({ length: 5 }, () => []);
    const following = watched.map((seen) => follow(seen, 1));
    const names: string[] = [];
    let writing = true;
    const writers = ['a', 'b', 'c'].map(async (writer) => {
      for (let i = 0; writing; i++) {
        await create(`${writer}-${i}`);
        names.push(`${writer}-${i}`);
      }
    });
    for (const victim of ['api-gateway', 'nats-server', 'api-gateway'] as const) {
      const written = names.length;
      await eventually(() => names.length >= written + 30, { withinMs: 60_000 });
      const pid = stack.pid(victim);
      process.kill(pid, 'SIGKILL');
      await eventually(() => stack.pid(victim) !== pid, { withinMs: 60_000 });
    }
    const written = names.length;
    await eventually(() => names.length >= written + 30, { withinMs: 60_000 });
    writing = false;
    await Promise.all(writers);

    const oracle: WatchEvent[] = [];
    following.push(follow(oracle, 1));
    await eventually(() => oracle.length >= names.length, { withinMs: 30_000 });
    for (const seen of watched) await eventually(() => seen.length >= oracle.length, { withinMs: 30_000 });
    stopping.abort();
    await Promise.all(following);

    const told = (events: readonly WatchEvent[]) =>
      events.map(({ type, object }) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`);
    expect(
      oracle.flatMap(({ object: { metadata } }) => (metadata.name === 'menu' ? [] : [metadata.name])).sort(),
    ).toEqual(names.sort());
    for (const seen of watched) expect(told(seen)).toEqual(told(oracle));
  }, 240_000);
});
