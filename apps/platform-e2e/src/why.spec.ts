import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { declareExample, declareKinds, inventory, readyRack } from './racks.fixtures.js';

const LIMIT = 120_000;
const BLADE = 'blades/rack-01-chassis-2-blade-0';

interface Cause {
  readonly resourceVersion: string;
  readonly time: string;
  readonly type: string;
  readonly actor: string;
  readonly object: { readonly kind: string; readonly name: string };
  readonly changed: readonly string[];
  readonly correlationID: string;
  readonly run?: { readonly controller: string; readonly recorded: boolean };
  readonly cause?: Cause;
}

interface Explanation {
  readonly object: object;
  readonly changes: readonly Cause[];
  readonly runs: readonly {
    readonly controller: string;
    readonly attempt: number;
    readonly outcome: { readonly kind: string; readonly reason?: string; readonly message?: string };
    readonly writes: readonly object[];
  }[];
}

const chainOf = (change: Cause): readonly Cause[] =>
  change.cause === undefined ? [change] : [change, ...chainOf(change.cause)];

describe('an explanation', () => {
  let test: TestStack;
  let client: GatewayClient;
  let template: string;

  const why = async (path: string): Promise<Explanation> => {
    const { code, body } = await client.send<Explanation & { metadata: unknown }>('GET', `${inventory(path)}/why`);
    expect(code).toBe(200);
    const { object, changes, runs } = body;
    return { object, changes, runs };
  };

  /** Once nothing is added to it any more. */
  const finalWhy = async (path: string): Promise<Explanation> => {
    let last = '';
    return eventually(
      async () => {
        const answer = await why(path);
        const text = JSON.stringify(answer);
        const isSame = text === last;
        last = text;
        return isSame ? answer : undefined;
      },
      { everyMs: 1_000, withinMs: 30_000 },
    );
  };

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareKinds(client);
    await declareExample(client);
    await readyRack(client, 'rack-01');
    // Else a run that the rack's own status asked for may be the one that sees the template changed, and be its cause.
    await finalWhy('racks/rack-01');
    const changed = await client.mergePatch(inventory('racktemplates/standard'), { spec: { chassisCount: 3 } });
    template = changed.metadata.resourceVersion;
    await eventually(async () => (await readyRack(client, 'rack-01')).status?.['totalNodes'] === 24, {
      withinMs: 60_000,
    });
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it(
    'of a blade leads through the runs to the change of the template that somebody made',
    async () => {
      const { changes } = await finalWhy(BLADE);
      const created = changes.find(({ type }) => type === 'dev.holdfast.resource.created');
      const chain = created === undefined ? [] : chainOf(created);
      expect(chain.at(0)).toMatchObject({
        object: { kind: 'Blade' },
        actor: 'system:controller:chassis',
        run: { controller: 'chassis', recorded: true },
      });
      expect(chain.at(-1)).toMatchObject({
        resourceVersion: template,
        type: 'dev.holdfast.resource.specChanged',
        actor: 'admin',
        object: { kind: 'RackTemplate', name: 'standard' },
        changed: ['/spec/chassisCount'],
      });
      expect(chain.slice(0, -1).map(({ run }) => run?.recorded)).not.toContain(false);
      expect(new Set(chain.map(({ correlationID }) => correlationID)).size).toBe(1);
    },
    LIMIT,
  );

  it(
    'tells the runs about an object, with what they wrote',
    async () => {
      const { runs } = await finalWhy(BLADE);
      const wrote = runs.flatMap(({ writes }) => writes);
      expect(wrote).toContainEqual(
        expect.objectContaining({
          type: 'dev.holdfast.resource.created',
          object: expect.objectContaining({ kind: 'Node', name: 'rack-01-chassis-2-blade-0-node-1' }) as unknown,
        }),
      );
    },
    LIMIT,
  );

  it(
    'is told on a terminal, and in JSON',
    async () => {
      const expected = await finalWhy(BLADE);
      const name = BLADE.split('/')[1] ?? '';
      const { code, text } = await holdfast(test, 'why', 'blade', name);
      expect({ code, text }).toMatchObject({
        code: 0,
        text: expect.stringContaining(`default/${name} exists`) as unknown,
      });
      expect(text).toMatch(/admin {2}specChanged RackTemplate standard spec\.chassisCount[^]*chassis run/);
      const json = await holdfast(test, 'why', 'blades.inventory.holdfast.dev', name, '-o', 'json');
      expect(JSON.parse(json.text)).toMatchObject({ kind: 'Explanation', ...expected });
      expect(await holdfast(test, 'why', 'blade', 'never-was')).toMatchObject({
        code: 1,
        text: expect.stringContaining('"never-was" not found') as unknown,
      });
    },
    LIMIT,
  );

  it(
    'is the same after a restart of everything, and after a rebuild of the read models',
    async () => {
      const before = await finalWhy(BLADE);
      await client.close();
      await test.restart();
      client = new GatewayClient(test.stack);
      await readyRack(client, 'rack-01');
      expect(await finalWhy(BLADE)).toEqual(before);
      expect(await holdfast(test, 'rebuild')).toMatchObject({ code: 0 });
      expect(await why(BLADE)).toEqual(before);
    },
    LIMIT,
  );

  it(
    'of what does not come about shows each attempt, and why it did not help',
    async () => {
      // Its own name can be that long, its children's names cannot.
      const name = 'r'.repeat(248);
      await client.create(inventory('racks'), {
        apiVersion: 'inventory.holdfast.dev/v1',
        kind: 'Rack',
        metadata: { name },
        spec: { templateName: 'dense' },
      });
      const failing = async (): Promise<Explanation['runs']> =>
        (await why(`racks/${name}`)).runs.filter(({ controller, outcome: { kind } }) => {
          return controller === 'rack' && kind === 'retry';
        });
      await eventually(async () => (await failing()).some(({ attempt }) => attempt >= 2), { withinMs: 30_000 });
      expect((await failing())[0]?.outcome.message).toContain('metadata.name');
    },
    LIMIT,
  );

  it(
    'of a rack without its template says what it waits for',
    async () => {
      await client.create(inventory('racks'), {
        apiVersion: 'inventory.holdfast.dev/v1',
        kind: 'Rack',
        metadata: { name: 'rack-10' },
        spec: { templateName: 'nowhere' },
      });
      const waits = { kind: 'waiting', reason: 'TemplateNotFound', message: 'RackTemplate "nowhere" does not exist' };
      await eventually(async () => (await why('racks/rack-10')).runs.some(({ outcome }) => outcome.kind === 'waiting'));
      expect((await why('racks/rack-10')).runs.map(({ outcome }) => outcome)).toContainEqual(waits);
    },
    LIMIT,
  );

  it(
    'outlives its object',
    async () => {
      const path = 'racks/rack-10';
      await client.delete(inventory(path));
      await eventually(async () => (await client.send('GET', inventory(path))).code === 404);
      expect((await why(path)).changes[0]).toMatchObject({ type: 'dev.holdfast.resource.deleted', actor: 'admin' });
      const { code } = await client.send('GET', `${inventory('racks/never-was')}/why`);
      expect(code).toBe(404);
    },
    LIMIT,
  );
});
