import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { readLog } from './log.fixtures.js';
import { declareExample, declareKinds, inventory, readyRack } from './racks.fixtures.js';
import { ServiceProcess } from './service-process.fixtures.js';

const EVENTS = '/api/v1/namespaces/default/events';
const CHASSIS_CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/chassis.inventory.holdfast.dev';
const KINDS = ['racks', 'chassis', 'blades', 'nodes', 'bmcs'];
/** Children are named after their rack: theirs are longer than names may be. */
const TOO_LONG = 'r'.repeat(250);
const ERRORS = 'controller_runtime_reconcile_errors_total';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

describe('what is told of a rack', () => {
  let test: TestStack;
  let client: GatewayClient;
  let reconciler: ServiceProcess;
  const rack = (name: string): object => ({
    apiVersion: 'inventory.holdfast.dev/v1',
    kind: 'Rack',
    metadata: { name },
    spec: { templateName: 'standard' },
  });
  const readyOf = async (name: string): Promise<Condition | undefined> => {
    const { status = {} } = await client.get(inventory(`racks/${name}`));
    return (status['conditions'] as readonly Condition[] | undefined)?.find(({ type }) => type === 'Ready');
  };
  const eventsAbout = async (name: string): Promise<readonly EventObject[]> =>
    (await client.list(`${EVENTS}?fieldSelector=involvedObject.name%3D${name}`)).items as readonly EventObject[];
  /** What is there of the example's racks, and the Events about them, each with its version. */
  const versions = async (): Promise<readonly string[]> => {
    const lists = await Promise.all([...KINDS.map(inventory), EVENTS].map((path) => client.list(path)));
    const all = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata));
    return all
      .filter(({ name }) => /^rack-0[12]/.test(name))
      .map(({ name, uid, resourceVersion }) => `${name} ${uid} ${resourceVersion}`);
  };

  beforeAll(async () => {
    test = await startTestStack({ instances: { reconciler: 0 } });
    client = new GatewayClient(test.stack);
    reconciler = await ServiceProcess.start(test);
    await reconciler.ready();
    await declareKinds(client);
    await declareExample(client);
    await readyRack(client, 'rack-01');
    await readyRack(client, 'rack-02');
  }, 120_000);
  afterAll(async () => {
    await reconciler?.kill9();
    await client?.close();
    await test?.close();
  });

  it('its condition is about the newest declaration, and keeps the time at which it became true', async () => {
    const before = await readyOf('rack-01');
    const { metadata } = await client.mergePatch(inventory('racks/rack-01'), { spec: { location: 'hall B' } });
    const after = await eventually(async () => {
      const condition = await readyOf('rack-01');
      return condition?.observedGeneration === metadata.generation && condition;
    });
    expect(after).toEqual({ ...before, observedGeneration: metadata.generation });
  });

  it('its status never touches what was declared', async () => {
    const events = (await readLog(test)).flatMap((commit) => commit.events);
    const ofControllers = events.filter(
      ({ record, command }) =>
        record.resource === 'racks' && command.actor.startsWith('system:controller:') && record.type !== 'created',
    );
    expect(ofControllers.length).toBeGreaterThan(0);
    for (const { record } of ofControllers) {
      expect(record.type).toBe('statusChanged');
      expect(record.changed.filter((path) => !path.startsWith('/status'))).toEqual([]);
    }
  });

  it('a reconciler that starts again and finds all as declared writes nothing and tells nothing', async () => {
    const before = await versions();
    await reconciler.kill9();
    reconciler = await ServiceProcess.start(test);
    await reconciler.ready();
    // A new rack comes after all that is looked at again.
    await client.create(inventory('racks'), rack('rack-09'));
    await readyRack(client, 'rack-09');
    expect(await reconciler.metric('controller_runtime_reconcile_total', 'rack')).toBeGreaterThan(2);
    expect(await versions()).toEqual(before);
  });

  it('a child that the store refuses shows with the words of the store, as a Warning that is counted', async () => {
    await client.create(inventory('racks'), rack(TOO_LONG));
    const condition = await eventually(() => readyOf(TOO_LONG));
    expect(condition).toMatchObject({ status: 'False', reason: 'ReconcileError' });
    expect(condition.message).toContain(`Chassis.inventory.holdfast.dev "${TOO_LONG}-chassis-0" is invalid`);
    expect(condition.message).toContain('must be no more than 253');
    const counted = await eventually(async () => {
      const [event] = (await eventsAbout(TOO_LONG)).filter(({ reason }) => reason === 'ReconcileError');
      return event !== undefined && event.count > 2 && event;
    });
    expect(counted.type).toBe('Warning');
    expect(await eventsAbout(TOO_LONG)).toHaveLength(1);
  });

  it('what keeps failing is tried at longer and longer intervals', async () => {
    const times: number[] = [];
    let last = await reconciler.metric(ERRORS, 'rack');
    await eventually(
      async () => {
        const now = await reconciler.metric(ERRORS, 'rack');
        if (now > last) times.push(performance.now());
        last = now;
        return times.length >= 4;
      },
      { withinMs: 60_000 },
    );
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    expect(gaps.at(-1)).toBeGreaterThan((gaps[0] ?? 0) * 2);
    await client.delete(inventory(`racks/${TOO_LONG}`));
  }, 90_000);

  it('a failing rack recovers by itself once the cause is gone', async () => {
    const undo = await refuseSecondChassis();
    await client.create(inventory('racks'), rack('rack-10'));
    await eventually(async () => (await readyOf('rack-10'))?.reason === 'ReconcileError');
    expect((await readyOf('rack-10'))?.message).toContain('spec.chassisNumber');
    await undo();
    expect((await readyRack(client, 'rack-10')).status).toMatchObject({ totalChassis: 2 });
    expect(await readyOf('rack-10')).toMatchObject({ status: 'True', reason: 'Provisioned' });
  }, 90_000);

  const refuseSecondChassis = async (): Promise<() => Promise<KubeObject>> => {
    const { spec } = await client.get(CHASSIS_CRD);
    const versions = (version: object) => client.mergePatch(CHASSIS_CRD, { spec: { versions: [version] } });
    const [version] = spec?.['versions'] as readonly object[];
    const limited = JSON.stringify(version).replace('"chassisNumber":{', '"chassisNumber":{"maximum":0,');
    await versions(JSON.parse(limited) as object);
    return () => versions(version ?? {});
  };
});

interface EventObject extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly count: number;
}
