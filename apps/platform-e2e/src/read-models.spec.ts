import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { Churn } from './churn.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import type { KubeObject } from './gateway-client.fixtures.js';
import { holdfast } from './holdfast.fixtures.js';
import { declareWidgets, widget, WIDGETS } from './widgets.fixtures.js';

const LIMIT = 120_000;

interface History {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly { readonly resourceVersion: string; readonly type: string; readonly patch?: unknown }[];
}

describe('the read models', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareWidgets(client);
  }, LIMIT);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  it(
    'are rebuilt beside the live ones while writes go on, and equal the log, also after a kill of the projector',
    async () => {
      const churn = new Churn([client], 4);
      try {
        await churn.writes(100);
        expect(await holdfast(test, 'rebuild')).toMatchObject({
          code: 0,
          text: expect.stringContaining('generation 2 is live') as unknown,
        });
        await churn.writes(50);
        process.kill(test.pid('resource-store'), 'SIGKILL');
        await churn.writes(50);
        expect(await holdfast(test, 'verify')).toMatchObject({ code: 0 });
      } finally {
        await churn.stop();
      }
      expect(await holdfast(test, 'verify')).toMatchObject({ code: 0 });
    },
    LIMIT,
  );

  describe('of an object that was changed, deleted and made again', () => {
    const path = `${WIDGETS}/aged`;
    let states: KubeObject[];
    /** Before the first change, between any two of them, and after the last. */
    const moments: string[] = [];
    const versionOf = (index: number): string => states[index]?.metadata.resourceVersion ?? '';

    /** What was done is before it, and what is done next is after it. */
    const noteMoment = async (): Promise<void> => {
      const moment = Date.now() + 1;
      await eventually(() => Date.now() > moment, { everyMs: 1 });
      moments.push(new Date(moment).toISOString());
    };

    beforeAll(async () => {
      await noteMoment();
      const first = await client.create(WIDGETS, widget('aged', { size: 1 }));
      await noteMoment();
      const second = await client.mergePatch(path, { spec: { size: 2 } });
      await noteMoment();
      await client.delete(path);
      await noteMoment();
      const third = await client.create(WIDGETS, widget('aged', { size: 3 }));
      await noteMoment();
      states = [first, second, third];
    }, LIMIT);

    it('tell its history, newest first, with what each change was', async () => {
      const { body } = await client.send<History>('GET', `${path}/history`);
      expect(body.items.map(({ type }) => type)).toEqual([
        expect.stringContaining('created'),
        expect.stringContaining('deleted'),
        expect.stringContaining('specChanged'),
        expect.stringContaining('created'),
      ]);
      expect(body.items[2]).toMatchObject({
        resourceVersion: versionOf(1),
        patch: expect.arrayContaining([{ op: 'replace', path: '/spec/size', value: 2 }]) as unknown,
      });
    });

    it('page through it', async () => {
      const pages: string[] = [];
      let next = '';
      do {
        const query = `limit=3${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
        const { body } = await client.send<History>('GET', `${path}/history?${query}`);
        pages.push(...body.items.map((item) => item.resourceVersion));
        next = body.metadata.continue ?? '';
      } while (next !== '');
      expect(pages).toHaveLength(4);
      expect(pages).toEqual([...pages].sort((a, b) => Number(b) - Number(a)));
    });

    it('show object and list exactly as they were at any version', async () => {
      for (const state of states) {
        const query = `resourceVersion=${state.metadata.resourceVersion}&resourceVersionMatch=Exact`;
        expect(await client.get(`${path}?${query}`)).toEqual(state);
        expect((await client.list(`${WIDGETS}?${query}`)).items).toEqual([state]);
      }
    });

    it('show them at a moment', async () => {
      const [first, second, third] = states;
      const shown = moments.map(async (at) => ({
        object: (await client.send('GET', `${path}?at=${at}`)).body,
        list: (await client.list(`${WIDGETS}?at=${at}`)).items,
      }));
      const gone = { object: expect.objectContaining({ code: 404 }) as unknown, list: [] };
      expect(await Promise.all(shown)).toEqual([
        gone,
        { object: first, list: [first] },
        { object: second, list: [second] },
        gone,
        { object: third, list: [third] },
      ]);
    });

    it('give back what it was meant to be', async () => {
      const { code, body } = await client.send<KubeObject>('POST', `${path}/rollback`, {
        body: { toResourceVersion: versionOf(1) },
      });
      expect(code).toBe(200);
      expect(body).toMatchObject({ spec: { size: 2 }, metadata: { uid: states[2]?.metadata.uid, generation: 2 } });
    });
  });
});
