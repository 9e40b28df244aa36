import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';

import { readNatsUrl } from '@holdfast/local-stack';
import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { isSharedBy } from './replicas.fixtures.js';
import { conditionOf, configMap, declareWorker, example, manifest, RECONCILERS } from './workers.fixtures.js';

interface Call {
  readonly run: string;
  readonly attempt: number;
  readonly epoch: number;
  readonly object: { readonly metadata: { readonly name: string; readonly deletionTimestamp?: string } };
}
type Take = (call: Call, message: Msg) => void;

const child = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data: { text: 'from a worker' },
});
const done = (more: object = {}): string => JSON.stringify({ outcome: { kind: 'done' }, ...more });

describe('workers that do wrong', () => {
  let test: TestStack;
  let client: GatewayClient;
  const workers: NatsConnection[] = [];

  beforeAll(async () => {
    test = await startTestStack({ instances: { reconciler: 2 } });
    client = new GatewayClient(test.stack);
    await eventually(async () => (await client.send('GET', RECONCILERS)).code === 200);
    await declareWorker(client, 'python-worker', 'greetings');
    await client.mergePatch(`${RECONCILERS}/greeting`, {
      spec: { timeoutSeconds: 1, finalizer: 'examples.holdfast.dev/greeting', backoff: { capSeconds: 1 } },
    });
    await eventually(() => isSharedBy(test, client, 2));
  }, 120_000);
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
  });
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  /** Takes the calls for the object of this name; what else there is to do is done. */
  const startWorker = async (name: string, take: Take): Promise<NatsConnection> => {
    const { host, username, password } = new URL((await readNatsUrl(test.dir, 'worker')) ?? '');
    const worker = await connect({ servers: host, user: username, pass: password });
    workers.push(worker);
    worker.subscribe('hf.reconcile.greeting', {
      queue: 'workers',
      callback: (_, message) => {
        const call = message.json<Call>();
        if (call.object.metadata.name === name) take(call, message);
        else message.respond(done());
      },
    });
    worker.publish('hf.worker.greeting');
    await worker.flush();
    return worker;
  };
  const greet = async (name: string): Promise<string> => {
    const world = await manifest('python-worker', '3-greeting.yaml');
    await client.create(example('greetings'), { ...world, metadata: { name } });
    return example(`greetings/${name}`);
  };
  const ready = (path: string) => conditionOf(client, path, 'Ready');
  const says = (path: string, message: string): Promise<unknown> =>
    eventually(async () => String((await ready(path))?.['message']).includes(message));

  it.each<[string, string, string]>([
    ['garbage', '\u0000garbage', "the worker's answer is wrong: not readable as JSON"],
    ['nonsense', '{"outcome":"fine"}', "the worker's answer is wrong: outcome: must be an object with a kind"],
    [
      'a child of a kind that it does not own',
      done({ children: [{ ...child('x'), kind: 'Namespace' }] }),
      'children[0]: Namespace (v1) is not among spec.owns of the Reconciler',
    ],
    [
      'a child elsewhere',
      done({ children: [child('x', { namespace: 'kube-system' })] }),
      'children[0].metadata.namespace: must be "default", where the object is, not "kube-system"',
    ],
    [
      'a child with an owner of its own',
      done({ children: [child('x', { ownerReferences: [{ name: 'other' }] })] }),
      'children[0].metadata: Unrecognized key: "ownerReferences"',
    ],
  ])('an answer with %s writes nothing, and the object says why', async (what, answer, message) => {
    const name = `wrong-${what.split(' ').join('-')}`;
    await startWorker(name, (_, call) => call.respond(answer));
    const path = await greet(name);
    await says(path, message);
    expect(await ready(path)).toMatchObject({ status: 'False', reason: 'ReconcileError' });
    expect((await client.send('GET', configMap('x'))).code).toBe(404);
  });

  it("another object's child is not touched", async () => {
    await startWorker('thief', (_, call) => call.respond(done({ children: [child('owned')] })));
    await client.create('/api/v1/namespaces/default/configmaps', {
      ...child('owned'),
      data: { text: 'from somebody else' },
    });
    const path = await greet('thief');
    await eventually(async () => (await ready(path))?.['reason'] === 'NameTaken');
    expect((await client.get(configMap('owned'))).data).toEqual({ text: 'from somebody else' });
  });

  it('a status that the schema refuses is not written, and the object says why', async () => {
    await startWorker('misfit', (_, call) => call.respond(done({ status: { text: 7 }, children: [child('misfit')] })));
    const path = await greet('misfit');
    await says(path, 'status.text');
    expect((await client.get(path)).status).not.toHaveProperty('text');
    expect((await client.get(configMap('misfit'))).data).toEqual({ text: 'from a worker' });
  });

  it('a worker that dies in the middle of a call is waited for no longer than its time, then another is called', async () => {
    const asked: Call[] = [];
    const dying = await startWorker('survivor', (call) => void asked.push(call));
    const path = await greet('survivor');
    await eventually(() => asked.length > 0);
    await dying.close();
    await startWorker('survivor', (call, message) => {
      asked.push(call);
      message.respond(done({ status: { text: 'alive' } }));
    });
    await eventually(async () => (await ready(path))?.['status'] === 'True');
    expect(asked.map(({ attempt }) => attempt)).toEqual([0, 1]);
    expect(asked[1]?.run).not.toBe(asked[0]?.run);
  });

  it('a late answer changes nothing, and a second one neither', async () => {
    const late: Msg[] = [];
    await startWorker('slow', ({ attempt }, message) => {
      if (attempt === 0) return void late.push(message);
      message.respond(done({ status: { text: 'in time' } }));
      message.respond(done({ status: { text: 'twice' } }));
    });
    const path = await greet('slow');
    await eventually(async () => (await ready(path))?.['status'] === 'True');
    const before = await client.get(path);
    late[0]?.respond(done({ status: { text: 'late' } }));
    await workers[0]?.flush();
    await eventually(async () => (await ignoredAnswers()) > 0);
    expect(await client.get(path)).toEqual(before);
    expect(before.status).toMatchObject({ text: 'in time' });
  });
  const ignoredAnswers = async (): Promise<number> => {
    const processes = test.stack.describe().processes.filter(({ name }) => name.startsWith('reconciler'));
    const texts = await Promise.all(
      processes.map(async ({ health = '' }) => (await fetch(health.replace('/healthz', '/metrics'))).text()),
    );
    const counts = texts.flatMap((text) => [
      ...text.matchAll(/^holdfast_reconcile_answers_ignored_total\{.*\} (\d+)$/gm),
    ]);
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  };

  it('an object to be deleted stays until its worker is done with it', async () => {
    let mayGo = false;
    const goodbyes: string[] = [];
    await startWorker('guest', ({ object }, message) => {
      if (object.metadata.deletionTimestamp === undefined)
        return void message.respond(done({ children: [child('guest')] }));
      goodbyes.push(object.metadata.name);
      const wait = { kind: 'waiting', seconds: 0.2, reason: 'Packing', message: 'not yet' };
      message.respond(mayGo ? done({ children: [] }) : JSON.stringify({ outcome: wait }));
    });
    const path = await greet('guest');
    await eventually(async () => (await ready(path))?.['status'] === 'True');
    expect((await client.get(path)).metadata).toMatchObject({ finalizers: ['examples.holdfast.dev/greeting'] });
    await client.delete(path);
    await eventually(async () => (await ready(path))?.['reason'] === 'Packing');
    mayGo = true;
    await eventually(async () => (await client.send('GET', path)).code === 404);
    await eventually(async () => (await client.send('GET', configMap('guest'))).code === 404);
    expect(goodbyes.length).toBeGreaterThan(1);
  });

  it('an answer to a replica that lost the key meanwhile changes nothing; the next one calls with a higher epoch', async () => {
    await client.mergePatch(`${RECONCILERS}/greeting`, { spec: { timeoutSeconds: 60 } });
    const asked: { readonly call: Call; readonly message: Msg }[] = [];
    await startWorker('moving', (call, message) => void asked.push({ call, message }));
    const path = await greet('moving');
    await eventually(() => asked.length === 1);
    const [first] = asked;
    // Whichever it is that asked: paused, the other replica takes its keys.
    const paused = await pausedOwner(() => asked.length > 1);
    const [, second] = asked;
    expect(second?.call.epoch).toBeGreaterThan(first?.call.epoch ?? 0);
    second?.message.respond(done({ status: { text: 'of the new owner' } }));
    await eventually(async () => (await ready(path))?.['status'] === 'True');
    first?.message.respond(done({ status: { text: 'of the old owner' }, children: [child('of-the-old-owner')] }));
    await workers[0]?.flush();
    process.kill(paused, 'SIGCONT');
    await eventually(() => isSharedBy(test, client, 2), { withinMs: 60_000 });
    expect((await client.get(path)).status).toMatchObject({ text: 'of the new owner' });
    expect((await client.send('GET', configMap('of-the-old-owner'))).code).toBe(404);
  }, 120_000);
  const pausedOwner = async (isServed: () => boolean): Promise<number> => {
    for (const name of ['reconciler', 'reconciler-2']) {
      const pid = test.pid(name);
      process.kill(pid, 'SIGSTOP');
      const served = await eventually(isServed, { withinMs: 15_000 }).catch(() => false);
      if (served !== false) return pid;
      process.kill(pid, 'SIGCONT');
      await eventually(() => isSharedBy(test, client, 2), { withinMs: 60_000 });
    }
    throw new Error('nobody took the key over');
  };

  it('a kind that is deleted goes when the worker is done with its objects', async () => {
    // Ends also the calls that the worker of the test before left unanswered.
    await client.mergePatch(`${RECONCILERS}/greeting`, { spec: { timeoutSeconds: 1 } });
    const goodbyes: string[] = [];
    await startWorker('last', ({ object }, message) => {
      if (object.metadata.deletionTimestamp !== undefined) goodbyes.push(object.metadata.name);
      message.respond(done());
    });
    const path = await greet('last');
    await eventually(async () => (await ready(path))?.['status'] === 'True');
    const kind = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/greetings.examples.holdfast.dev';
    await client.delete(kind);
    await eventually(async () => (await client.send('GET', kind)).code === 404);
    expect(goodbyes).toEqual(['last']);
  });
});
