import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import type { Refused } from './bad-input.fixtures.js';
import { kinds, transactions } from './bad-kinds-and-transactions.fixtures.js';
import { bodies, fields, longName, patches, types } from './bad-objects.fixtures.js';
import { addresses, selectors, tokens, versions } from './bad-requests.fixtures.js';
import { GatewayClient } from './gateway-client.fixtures.js';
import type { Sent } from './gateway-client.fixtures.js';
import {
  configMap,
  CONFIG_MAPS,
  CRDS,
  declareWidgets,
  GROUP,
  widget,
  widgetCrd,
  widgetVersion,
  WIDGETS,
} from './widgets.fixtures.js';

describe('bad input', () => {
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    test = await startTestStack();
    client = new GatewayClient(test.stack);
    await declareWidgets(client);
    await client.create(WIDGETS, widget('here'));
    await quiet();
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
  });

  /** Where the log ends: whatever was written moves it. */
  const end = async (): Promise<string> => (await client.list('/api/v1/namespaces')).metadata.resourceVersion;

  /** Resolves when nobody has written for a while, so that a moved end is the doing of the test. */
  const quiet = (): Promise<boolean> => eventually(async () => (await end()) === (await end()), { everyMs: 300 });

  const isRefused = async (method: string, path: string, sent: Sent, refused: Refused): Promise<void> => {
    const before = await end();
    const { code, body } = await client.send(method, path, sent);
    expect(body).toMatchObject({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: refused.code,
      reason: refused.reason,
      message: expect.stringContaining(refused.message ?? ''),
    });
    expect(code).toBe(refused.code);
    const { causes = [] } = (body['details'] ?? {}) as { causes?: readonly { field: string; reason: string }[] };
    for (const [field, reason] of refused.causes ?? [])
      expect(causes).toContainEqual(expect.objectContaining({ field, reason }));
    expect(await end()).toBe(before);
  };

  describe.each([
    ['a body', bodies],
    ['a field', fields],
    ['an address', addresses],
    ['a version', versions],
    ['a selector', selectors],
    ['a media type', types],
    ['a credential', tokens],
    ['a patch', patches],
    ['a kind', kinds],
    ['a transaction', transactions],
  ])('%s that is wrong is refused precisely and changes nothing:', (_what, cases) => {
    it.each(cases)('%s', (_title, method, path, sent, refused) => isRefused(method, path, sent, refused));
  });

  it('an Idempotency-Key that was used for something else is refused', async () => {
    const headers = { 'idempotency-key': 'once' };
    await client.send('POST', CONFIG_MAPS, { body: configMap('once'), headers });
    await isRefused('POST', CONFIG_MAPS, { body: configMap('twice'), headers }, { code: 422, reason: 'Invalid' });
  });

  it('a watch from a version yet to come ends at once with 410', async () => {
    const { body } = await client.send('GET', `${WIDGETS}?watch=1&resourceVersion=900000000000000`);
    expect(body).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('what is only unwise is done with a warning, for who asks for warnings', async () => {
    const body = JSON.stringify(widget('lax', { size: 1, colour: 'red' })).replace('"size":1', '"size":2,"size":1');
    const { code, headers } = await client.send('POST', `${WIDGETS}?fieldValidation=Warn`, { body });
    expect(code).toBe(201);
    expect(headers['warning']).toEqual([
      '299 - "duplicate field \\"spec.size\\""',
      '299 - "unknown field \\"spec.colour\\""',
    ]);
  });

  it('rules in CEL are accepted with a warning', async () => {
    const spec = { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.size > 0' }] };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    const body = widgetCrd({ versions: [widgetVersion('v1', { schema, selectableFields: [] })] }, { plural: 'ruleds' });
    const { code, headers } = await client.send('POST', CRDS, { body });
    expect(code).toBe(201);
    expect(headers['warning']).toBe(
      '299 - "spec.versions[0].schema.openAPIV3Schema: x-kubernetes-validations (1 rule) is accepted but not evaluated"',
    );
  });

  it('a kind whose names belong to another is served as soon as that one has gone', async () => {
    const doodads = (name: string, kind: string) => ({
      ...widgetCrd({ names: { plural: name, kind, singular: 'doodad' } }, { plural: name }),
    });
    const served = (name: string) => async (): Promise<boolean> =>
      (await client.send('GET', `/apis/${GROUP}/v1/namespaces/default/${name}`)).code === 200;
    await client.create(CRDS, doodads('doodads', 'Doodad'));
    const { status } = await client.create(CRDS, doodads('gizmos', 'Gizmo'));
    expect(status?.['conditions']).toContainEqual(
      expect.objectContaining({ type: 'NamesAccepted', status: 'False', reason: 'SingularConflict' }),
    );
    await eventually(served('doodads'));
    expect(await served('gizmos')()).toBe(false);

    await client.delete(`${CRDS}/doodads.${GROUP}`);
    await eventually(served('gizmos'));
  });

  it.each([
    ['a name of 253', widget(longName(253))],
    ['a label value of 63', widget('labelled', { size: 1 }, { labels: { a: 'v'.repeat(63), 'example.com/b': '' } })],
  ])('%s is good', async (_title, object) => {
    expect((await client.send('POST', WIDGETS, { body: object })).code).toBe(201);
  });
});
