import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { coreKinds, presets, startWire } from '../http/wire.fixtures.js';
import type { TestWire } from '../http/wire.fixtures.js';

const CLAIM = '/apis/prebuilds.holdfast.dev/v1/namespaces/lab/presets/web/claim';

const claim = { metadata: { name: 'mine' }, status: { phase: 'Bound', source: 'warm' } };
const workspace = { metadata: { name: 'web-1' } };

interface Sent {
  readonly body?: unknown;
  readonly key?: string;
  readonly as?: string;
  readonly path?: string;
}

interface StatusBody {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] };
}

describe('claiming over HTTP', () => {
  let wire: TestWire;

  beforeEach(async () => {
    wire = await startWire([...coreKinds, presets]);
  });
  afterEach(async () => {
    await wire?.close();
  });

  const post = ({ body, key, as = 'alice', path = CLAIM }: Sent) =>
    wire.request({
      method: 'POST',
      url: path,
      as,
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
  const refusal = async (sent: Sent): Promise<StatusBody> => (await post(sent)).json<StatusBody>();
  const named = (): readonly string[] => wire.claims.calls.map(({ name }) => name);

  it('is for oneself, without a wait, when nothing else is said', async () => {
    wire.claims.willAnswer({ status: 'ok', outcome: 'created', claim, workspace });
    const answer = await post({});
    expect([answer.statusCode, answer.json()]).toEqual([
      201,
      { apiVersion: 'holdfast.dev/v1', kind: 'ClaimResult', outcome: 'created', claim, workspace },
    ]);
    expect(wire.claims.calls).toEqual([
      expect.objectContaining({
        namespace: 'lab',
        preset: 'web',
        owner: 'alice',
        actor: 'alice',
        waitSeconds: 0,
        parameters: {},
        name: expect.stringMatching(/^web-[a-z2-7]{10}$/),
      }),
    ]);
  });

  it('answers 200 for a claim that was there before', async () => {
    wire.claims.willAnswer({ status: 'ok', outcome: 'known', claim });
    const answer = await post({ body: { name: 'mine' } });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { outcome: 'known', claim, workspace: null }]);
  });

  it('leads the same Idempotency-Key of the same user on the same preset to the same claim', async () => {
    const known = { status: 'ok', outcome: 'known', claim } as const;
    wire.claims.willAnswer(known, known, known, known, known);
    for (const sent of [{ key: 'a' }, { key: 'a' }, { key: 'b' }, { key: 'a', as: 'admin' }]) await post(sent);
    await post({ key: 'a', path: CLAIM.replace('/web/', '/api/') });
    const [first, ...others] = named();
    expect(others.map((name) => name === first)).toEqual([true, false, false, false]);
  });

  it('says what came under which key, of whom, and for which preset', async () => {
    const known = { status: 'ok', outcome: 'known', claim } as const;
    wire.claims.willAnswer(known, known, known, known, known, known);
    const body = { name: 'mine' };
    await post({ body, key: 'a' });
    await post({ body, key: 'a' });
    await post({ body: { name: 'other' }, key: 'a' });
    await post({ body, key: 'a', path: CLAIM.replace('/web/', '/api/') });
    await post({ body, key: 'a', as: 'admin' });
    await post({ body });
    const [first, again, otherBody, otherPreset, otherUser, none] = wire.claims.calls.map((call) => call.idempotency);
    expect([again, none]).toEqual([first, undefined]);
    for (const other of [otherBody, otherPreset]) {
      expect(other?.key).toBe(first?.key);
      expect(other?.body).not.toBe(first?.body);
    }
    expect(otherUser?.key).not.toBe(first?.key);
  });

  it('is a claim of its own each time without a key', async () => {
    wire.claims.willAnswer(...[1, 2].map(() => ({ status: 'ok', outcome: 'created', claim }) as const));
    await post({});
    await post({});
    expect(new Set(named()).size).toBe(2);
  });

  it('takes the name, the owner, the wait and the parameters that are given', async () => {
    wire.claims.willAnswer({ status: 'ok', outcome: 'created', claim });
    const body = { name: 'mine', owner: 'bob', waitSeconds: 30, parameters: { size: 'large', cores: 4, debug: true } };
    await post({ body, as: 'admin' });
    expect(wire.claims.calls).toEqual([expect.objectContaining(body)]);
  });

  it('is refused for another owner, except to masters', async () => {
    expect(await refusal({ body: { owner: 'bob' } })).toMatchObject({
      code: 403,
      message:
        'presets.prebuilds.holdfast.dev "web" is forbidden: User "alice" cannot claim a workspace for "bob" in the namespace "lab"',
    });
    expect(named()).toEqual([]);
  });

  it('names everything that is wrong at once', async () => {
    const body = { name: 'No', owner: '', waitSeconds: -1, parameters: { list: [] }, prest: 'web' };
    const { code, reason, details } = await refusal({ body });
    expect([code, reason]).toEqual([422, 'Invalid']);
    expect(details.causes?.map(({ field }) => field)).toEqual([
      'name',
      'owner',
      'waitSeconds',
      'parameters.list',
      'prest',
    ]);
  });

  const OBJECT = 'expected an object with any of name, owner, waitSeconds, parameters, or no body';
  const LABEL = /^a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', .*'my-name'/;

  it.each<[string, string | undefined, string, string | RegExp]>([
    ['[]', undefined, '[]', OBJECT],
    ['"x"', undefined, '"x"', OBJECT],
    ['null', undefined, 'null', OBJECT],
    ['{"prest":"web"}', 'prest', '"web"', 'unknown field; expected only name, owner, waitSeconds, parameters'],
    ['{"name":7}', 'name', '7', 'expected a string: what the workspace will be called, such as "my-web"'],
    ['{"name":"No"}', 'name', '"No"', LABEL],
    ['{"name":"my.web"}', 'name', '"my.web"', LABEL],
    [`{"name":"${'a'.repeat(64)}"}`, 'name', `"${'a'.repeat(64)}"`, 'must be no more than 63 characters'],
    ['{"owner":""}', 'owner', '""', 'expected the name of a user, of 1 to 1024 characters'],
    ['{"owner":["bob"]}', 'owner', '["bob"]', 'expected the name of a user, of 1 to 1024 characters'],
    ['{"waitSeconds":-1}', 'waitSeconds', '-1', 'expected a whole number from 0 to 3600'],
    ['{"waitSeconds":1.5}', 'waitSeconds', '1.5', 'expected a whole number from 0 to 3600'],
    ['{"waitSeconds":"30s"}', 'waitSeconds', '"30s"', 'expected a whole number from 0 to 3600'],
    ['{"waitSeconds":3601}', 'waitSeconds', '3601', 'expected a whole number from 0 to 3600'],
    ['{"parameters":[]}', 'parameters', '[]', 'expected an object of values by the names of parameters'],
    ['{"parameters":{"size":null}}', 'parameters.size', 'null', 'expected a string, a number or a boolean'],
  ])('refuses the body %s by field, value and what is accepted', async (payload, field, value, accepted) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await wire.request({ method: 'POST', url: CLAIM, headers, payload });
    const { code, reason, details } = answer.json<StatusBody>();
    const [cause, ...others] = details.causes ?? [];
    expect([code, reason, cause?.field, others]).toEqual([422, 'Invalid', field, []]);
    const prefix = `Invalid value: ${value}: `;
    expect(cause?.message.slice(0, prefix.length)).toBe(prefix);
    expect(cause?.message.slice(prefix.length)).toEqual(
      typeof accepted === 'string' ? accepted : expect.stringMatching(accepted),
    );
    expect(named()).toEqual([]);
  });

  it.each([
    ['{"name":"a","name":"b"}', 'strict decoding error: duplicate field "name"'],
    ['{', 'json parse error: unexpected end of JSON input (line 1, offset 1)'],
  ])('cannot read the body %s, and says what is expected', async (payload, problem) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await wire.request({ method: 'POST', url: CLAIM, headers, payload });
    const { code, message } = answer.json<StatusBody>();
    expect([code, message]).toEqual([400, `the body of the claim cannot be read: ${problem}; ${OBJECT}`]);
  });

  it('cannot be tried with dryRun', async () => {
    expect(await refusal({ path: `${CLAIM}?dryRun=All` })).toMatchObject({ code: 400 });
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'] as const)('is no resource to %s', async (method) => {
    expect((await wire.request({ method, url: CLAIM })).statusCode).toBe(405);
  });

  it('is there for presets alone', async () => {
    expect(await refusal({ as: 'admin', path: '/api/v1/namespaces/lab/configmaps/web/claim' })).toMatchObject({
      code: 404,
    });
  });

  it('passes on why it was refused', async () => {
    const taken = { reason: 'AlreadyExists', message: 'workspaceclaims "mine" is taken' } as const;
    wire.claims.willAnswer({ status: 'refused', refusal: taken });
    expect(await refusal({ body: { name: 'mine' } })).toMatchObject({ code: 409, message: taken.message });
  });

  it('is told to those who ask what they may do', async () => {
    const may = async (subresource: string): Promise<unknown> => {
      const resourceAttributes = { verb: 'create', group: 'prebuilds.holdfast.dev', resource: 'presets', subresource };
      const review = await wire.request({
        method: 'POST',
        url: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        as: 'alice',
        payload: JSON.stringify({ spec: { resourceAttributes } }),
        headers: { 'content-type': 'application/json' },
      });
      return review.json<{ readonly status: unknown }>().status;
    };
    expect(await may('claim')).toEqual({ allowed: true });
    expect(await may('')).toEqual({ allowed: false });
  });
});
