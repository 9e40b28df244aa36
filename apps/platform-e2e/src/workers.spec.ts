import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack, temporaryFolder } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { holds } from './holds.fixtures.js';
import {
  conditionOf,
  configMap,
  declareWorker,
  example,
  manifest,
  obtainPythonClient,
  RECONCILERS,
  startPythonWorker,
  startTypescriptWorker,
} from './workers.fixtures.js';
import type { WorkerProcess } from './workers.fixtures.js';

const reconciler = (name: string, spec: object) => ({
  apiVersion: 'holdfast.dev/v1',
  kind: 'Reconciler',
  metadata: { name },
  spec,
});
const REMINDERS = { for: { apiVersion: 'examples.holdfast.dev/v1', kind: 'Reminder' } };

const pythonFolder = await temporaryFolder('python');
const pythonClient = await obtainPythonClient(pythonFolder.path);

describe('workers that reconcile over NATS', () => {
  let test: TestStack;
  let client: GatewayClient;
  const running: WorkerProcess[] = [];
  const start = async (worker: Promise<WorkerProcess>): Promise<WorkerProcess> => {
    const started = await worker;
    running.push(started);
    return started;
  };

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await eventually(async () => (await client.send('GET', RECONCILERS)).code === 200);
    await declareWorker(client, 'typescript-worker', 'reminders');
  }, 120_000);
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.stop()));
  });
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await pythonFolder.remove();
  });

  const condition = (path: string, type: string) => conditionOf(client, path, type);
  const remind = async (name: string, at: string): Promise<string> => {
    const tea = await manifest('typescript-worker', '3-reminder.yaml');
    await client.create(example('reminders'), { ...tea, metadata: { name }, spec: { ...tea.spec, at } });
    return example(`reminders/${name}`);
  };
  const PAST = '2026-01-01T12:03:00Z';
  /** The worker has come, however long its own start took. */
  const isAvailable = (): Promise<void> =>
    holds(async () =>
      expect(await condition(`${RECONCILERS}/reminder`, 'Available')).toMatchObject({ status: 'True' }),
    );

  it('the kind Reconciler stands beside transactions in its group', async () => {
    const { body } = await client.send<{ resources: readonly { name: string; kind: string }[] }>(
      'GET',
      '/apis/holdfast.dev/v1',
    );
    const found = body.resources.filter(({ name }) => !name.includes('/')).map(({ name, kind }) => `${name} ${kind}`);
    expect(found).toEqual(['reconcilers Reconciler', 'transactions Transaction']);
    const transaction = { operations: [{ op: 'create', object: reconciler('in-a-transaction', REMINDERS) }] };
    expect(await client.send('POST', '/apis/holdfast.dev/v1/transactions', { body: transaction })).toMatchObject({
      code: 200,
    });
    await client.delete(`${RECONCILERS}/in-a-transaction`);
  });

  it('an object waits for a worker, and is served as soon as one comes', async () => {
    const path = await remind('first', PAST);
    await holds(async () =>
      expect(await condition(path, 'Ready')).toMatchObject({
        status: 'False',
        reason: 'NoWorker',
        message: 'no worker listens on hf.reconcile.reminder',
      }),
    );
    await holds(async () =>
      expect(await condition(`${RECONCILERS}/reminder`, 'Available')).toMatchObject({
        status: 'False',
        reason: 'NoWorker',
      }),
    );
    await start(startTypescriptWorker(test));
    await isAvailable();
    const came = performance.now();
    await holds(async () => expect(await condition(path, 'Ready')).toMatchObject({ status: 'True', reason: 'Rang' }));
    expect(performance.now() - came).toBeLessThan(4_000);
    const child = await client.get(configMap('first-rang'));
    expect(child).toMatchObject({
      data: { text: 'The tea is ready' },
      metadata: { ownerReferences: [{ kind: 'Reminder', name: 'first', controller: true, blockOwnerDeletion: true }] },
    });
  });

  it('the status of the Reconciler says what it does', async () => {
    await start(startTypescriptWorker(test));
    await holds(async () => {
      const { status } = await client.get(`${RECONCILERS}/reminder`);
      expect(status).toMatchObject({
        observedGeneration: 1,
        subject: 'hf.reconcile.reminder',
        objects: 1,
        ready: 1,
        conditions: [
          { type: 'Accepted', status: 'True' },
          { type: 'Available', status: 'True', reason: 'WorkersAnswer' },
        ],
      });
    });
  });

  it('a child that is deleted or edited is put right', async () => {
    await start(startTypescriptWorker(test));
    const { uid } = (await client.get(configMap('first-rang'))).metadata;
    await client.delete(configMap('first-rang'));
    await eventually(async () => {
      const { code, body } = await client.send<{ metadata: { uid: string } }>('GET', configMap('first-rang'));
      return code === 200 && body.metadata.uid !== uid;
    });
    await client.mergePatch(configMap('first-rang'), { data: { text: 'The coffee is ready' } });
    await eventually(async () => (await client.get(configMap('first-rang'))).data?.['text'] === 'The tea is ready');
  });

  it('a worker that asks for it is called again at its time', async () => {
    await start(startTypescriptWorker(test));
    await isAvailable();
    const path = await remind('soon', new Date(Date.now() + 3_000).toISOString());
    await eventually(async () => (await condition(path, 'Ready'))?.['reason'] === 'Armed');
    expect((await client.send('GET', configMap('soon-rang'))).code).toBe(404);
    await eventually(async () => (await condition(path, 'Ready'))?.['reason'] === 'Rang');
    expect((await client.get(path)).status).toMatchObject({ phase: 'Rang' });
  });

  it('a worker that died is missed at the next call, and its successor serves', async () => {
    const worker = await start(startTypescriptWorker(test));
    await eventually(async () => (await condition(await remindOnce(), 'Ready'))?.['status'] === 'True');
    worker.kill9();
    await start(startTypescriptWorker(test));
    const path = await remind('after-the-death', PAST);
    await eventually(async () => (await condition(path, 'Ready'))?.['reason'] === 'Rang', { withinMs: 20_000 });
  });
  const remindOnce = async (): Promise<string> => {
    const path = example('reminders/before-the-death');
    return (await client.send('GET', path)).code === 200 ? path : remind('before-the-death', PAST);
  };

  describe('a registration that cannot be', () => {
    it.each([
      ['a concurrency of 0', { concurrency: 0 }, 'spec.concurrency'],
      ['a concurrency beyond all bounds', { concurrency: 100_000 }, 'spec.concurrency'],
      ['half a concurrency', { concurrency: 1.5 }, 'spec.concurrency'],
      ['no time to answer', { timeoutSeconds: 0 }, 'spec.timeoutSeconds'],
      ['a finalizer without a domain', { finalizer: 'cleanup' }, 'spec.finalizer'],
      [
        'a path that is none',
        { watches: [{ ...REMINDERS.for, wakes: { field: 'spec' } }] },
        'spec.watches[0].wakes.field',
      ],
      ['no kind', { for: { apiVersion: 'v1' } }, 'spec.for.kind'],
    ])('%s is refused, by name', async (_, spec, field) => {
      const { code, body } = await client.send<{ details: { causes: readonly { field: string }[] } }>(
        'POST',
        RECONCILERS,
        { body: reconciler('impossible', { ...REMINDERS, ...spec }) },
      );
      expect(code).toBe(422);
      expect(body.details.causes.map((cause) => cause.field)).toContain(field);
    });

    it('the same name twice is refused', async () => {
      const again = await manifest('typescript-worker', '2-reconciler.yaml');
      expect(await client.send('POST', RECONCILERS, { body: again })).toMatchObject({
        code: 409,
        body: { reason: 'AlreadyExists' },
      });
    });

    it.each([
      [
        'for a kind that has one',
        'second',
        REMINDERS,
        'ForTaken',
        'Reconciler "reminder" already writes the condition',
      ],
      ['named as one of our own', 'garbage-collector', REMINDERS, 'NameTaken', '"garbage-collector"'],
      [
        'that owns what lives elsewhere',
        'elsewhere',
        { ...REMINDERS, condition: 'Elsewhere', owns: [{ apiVersion: 'v1', kind: 'Namespace' }] },
        'ScopeMismatch',
        'spec.owns[0]: Namespace is cluster-scoped, Reminder namespaced',
      ],
    ])('one %s is not accepted, and says why', async (_, name, spec, reason, message) => {
      await client.create(RECONCILERS, reconciler(name, spec));
      const path = `${RECONCILERS}/${name}`;
      await eventually(async () => (await condition(path, 'Accepted'))?.['reason'] === reason);
      const accepted = await condition(path, 'Accepted');
      expect(accepted).toMatchObject({ status: 'False' });
      expect(accepted?.['message']).toContain(message);
      await client.delete(path);
    });

    it('one for a kind that there is not is accepted when the kind appears', async () => {
      await client.create(RECONCILERS, await manifest('python-worker', '2-reconciler.yaml'));
      const path = `${RECONCILERS}/greeting`;
      await eventually(async () => (await condition(path, 'Accepted'))?.['reason'] === 'KindNotFound');
      expect((await condition(path, 'Accepted'))?.['message']).toBe(
        'spec.for: there is no kind Greeting in examples.holdfast.dev/v1',
      );
      await client.delete(path);
      await declareWorker(client, 'python-worker', 'greetings');
      await eventually(async () => (await condition(path, 'Accepted'))?.['status'] === 'True');
    });
  });

  const inPython = 'path' in pythonClient ? it : it.skip;
  const why = 'path' in pythonClient ? '' : ` (${pythonClient.missing})`;
  inPython(`the worker in Python makes its children, too${why}`, async () => {
    await start(startPythonWorker(test, pythonFolder.path));
    await client.create(example('greetings'), await manifest('python-worker', '3-greeting.yaml'));
    await eventually(async () => (await condition(example('greetings/world'), 'Ready'))?.['status'] === 'True');
    expect((await client.get(example('greetings/world'))).status).toMatchObject({ text: 'Hello, world!' });
    expect((await client.get(configMap('world-greeting'))).data).toEqual({ text: 'Hello, world!' });
    await client.mergePatch(example('greetings/world'), { spec: { salutation: 'Good evening' } });
    await eventually(
      async () => (await client.get(configMap('world-greeting'))).data?.['text'] === 'Good evening, world!',
    );
  });

  it('a Reconciler that is deleted is called for nothing more', async () => {
    await start(startTypescriptWorker(test));
    await client.delete(`${RECONCILERS}/reminder`);
    await eventually(async () => (await client.send('GET', `${RECONCILERS}/reminder`)).code === 404);
    const path = await remind('unheard', PAST);
    const another = await manifest('typescript-worker', '2-reconciler.yaml');
    await client.create(RECONCILERS, { ...another, metadata: { name: 'reminder-again' } });
    await eventually(async () => (await condition(path, 'Ready'))?.['reason'] === 'NoWorker');
    expect((await condition(path, 'Ready'))?.['message']).toContain('hf.reconcile.reminder-again');
  });
});
