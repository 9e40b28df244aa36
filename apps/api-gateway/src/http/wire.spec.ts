import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { END, startWire } from './wire.fixtures.js';
import type { TestWire } from './wire.fixtures.js';

const RACKS = '/apis/inventory.holdfast.dev/v1/namespaces/default/racks';
const rack = { apiVersion: 'inventory.holdfast.dev/v1', kind: 'Rack', metadata: { name: 'rack-01' } };
const stored = { ...rack, metadata: { ...rack.metadata, uid: 'u-1', resourceVersion: '11263' } };

let wire: TestWire;

beforeAll(async () => {
  wire = await startWire();
});

afterAll(async () => {
  await wire?.close();
});

beforeEach(() => {
  wire.store.commands.length = 0;
  wire.handed.length = 0;
});

const isStatus = (body: string, code: number): void => {
  const status = JSON.parse(body) as Record<string, unknown>;
  expect(status).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code });
  expect(typeof status['message']).toBe('string');
  expect(typeof status['reason']).toBe('string');
};

describe('creating', () => {
  it('sends the body as it came, with who asks and until when, and answers 201 with the stored bytes', async () => {
    wire.store.willAnswer('created', stored, ['be careful']);

    const answer = await wire.request({
      method: 'POST',
      url: `${RACKS}?fieldManager=kubectl-create&fieldValidation=Strict`,
      headers: { 'content-type': 'application/json', 'x-request-id': 'r-1', 'user-agent': 'kubectl/v1.36' },
      payload: JSON.stringify(rack, null, 1),
    });

    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual(stored);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-request-id': 'r-1',
      warning: ['299 - "be careful"'],
    });
    const [sent] = wire.store.commands;
    expect(sent?.body).toBe(JSON.stringify(rack, null, 1));
    expect(sent?.command).toMatchObject({
      actor: 'admin',
      requestID: 'r-1',
      correlationID: 'r-1',
      fieldManager: 'kubectl-create',
      request: {
        verb: 'create',
        target: { group: 'inventory.holdfast.dev', version: 'v1', resource: 'racks', namespace: 'default', name: '' },
        options: { fieldValidation: 'Strict' },
      },
    });
    expect(sent?.command.deadline).toBeGreaterThan(Date.now());
    expect(sent?.command.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('carries a trace on', async () => {
    wire.store.willAnswer('created', stored);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

    await wire.request({ method: 'POST', url: RACKS, payload: rack, headers: { traceparent } });

    expect(wire.store.lastCommand?.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-/);
    expect(wire.store.lastCommand?.traceparent).not.toBe(traceparent);
  });

  it('takes the program in the User-Agent as the field manager', async () => {
    wire.store.willAnswer('created', stored);
    await wire.request({ method: 'POST', url: RACKS, payload: rack, headers: { 'user-agent': 'helm/4.1 (linux)' } });
    expect(wire.store.lastCommand?.fieldManager).toBe('helm');
  });

  it('an Idempotency-Key becomes hashes: of actor and key, and of all that was asked for', async () => {
    const send = async (key: string, url: string, as: string) => {
      wire.store.willAnswer('created', stored);
      await wire.request({ method: 'POST', url, payload: rack, headers: { 'idempotency-key': key }, as });
      return wire.store.lastCommand?.idempotency;
    };

    const first = await send('k-1', RACKS, 'admin');
    const again = await send('k-1', RACKS, 'admin');
    const elsewhere = await send('k-1', RACKS.replace('default', 'other'), 'admin');

    expect(first?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toEqual(first);
    expect(elsewhere?.key).toBe(first?.key);
    expect(elsewhere?.body).not.toBe(first?.body);
  });

  it('an Idempotency-Key beyond 255 characters is refused', async () => {
    const answer = await wire.request({
      method: 'POST',
      url: RACKS,
      payload: rack,
      headers: { 'idempotency-key': 'k'.repeat(256) },
    });
    expect(answer.statusCode).toBe(400);
    isStatus(answer.body, 400);
  });

  it('a body in YAML goes on as JSON', async () => {
    wire.store.willAnswer('created', stored);
    const headers = { 'content-type': 'application/yaml' };
    const payload = 'apiVersion: inventory.holdfast.dev/v1\nkind: Rack\nmetadata: {name: rack-01}\n';
    const answer = await wire.request({ method: 'POST', url: RACKS, headers, payload });
    expect(answer.statusCode).toBe(201);
    expect(JSON.parse(wire.store.commands[0]?.body ?? '')).toEqual(rack);
  });

  it('a dry run is one', async () => {
    wire.store.willAnswer('created', stored);
    await wire.request({ method: 'POST', url: `${RACKS}?dryRun=All`, payload: rack });
    expect(wire.store.lastCommand?.request).toMatchObject({ verb: 'create', options: { dryRun: true } });
  });

  it('a body beyond 3 MiB is refused with the limit', async () => {
    const answer = await wire.request({
      method: 'POST',
      url: RACKS,
      headers: { 'content-type': 'application/json' },
      payload: Buffer.alloc(3 * 1024 * 1024 + 1, 0x20),
    });
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    });
  });

  it('a deprecated version is warned of', async () => {
    wire.store.willAnswer('created', stored, ['and another']);
    const answer = await wire.request({ method: 'POST', url: RACKS.replace('v1', 'v1beta1'), payload: rack });
    expect(answer.headers['warning']).toEqual([
      '299 - "inventory.holdfast.dev/v1beta1 Rack is deprecated"',
      '299 - "and another"',
    ]);
  });
});

describe('reading by name', () => {
  it('answers the stored bytes', async () => {
    wire.store.willAnswer('read', stored);
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01` });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toBe(JSON.stringify(stored));
  });

  it('answers metadata alone where that is asked for', async () => {
    wire.store.willAnswer('read', stored);
    const accept = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01`, headers: { accept } });
    expect(answer.json()).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: stored.metadata,
    });
  });

  it('answers a table of one row where that is asked for', async () => {
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const columns = [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Age', type: 'date', priority: 0 },
    ];
    const table = async (includeObject: string) => {
      wire.store.willAnswer('read', stored);
      const url = `${RACKS}/rack-01?includeObject=${includeObject}`;
      return (await wire.request({ method: 'GET', url, headers: { accept } })).json<{ rows: object[] }>();
    };

    expect(await table('Metadata')).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: '11263' },
      columnDefinitions: columns,
      rows: [{ cells: ['rack-01', null], object: { kind: 'PartialObjectMetadata', metadata: stored.metadata } }],
    });
    expect((await table('Object')).rows).toEqual([{ cells: ['rack-01', null], object: stored }]);
    expect((await table('None')).rows).toEqual([{ cells: ['rack-01', null] }]);
  });

  it.each(['0', '5', String(END)])('of version %s or newer is the newest', async (resourceVersion) => {
    wire.store.willAnswer('read', stored);
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01?resourceVersion=${resourceVersion}` });
    expect(answer.statusCode).toBe(200);
  });

  it('of a version that the log has not reached is refused', async () => {
    wire.store.willAnswer('read', stored);
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01?resourceVersion=${END + 1}` });
    expect(answer.statusCode).toBe(504);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json()).toMatchObject({
      reason: 'Timeout',
      details: { retryAfterSeconds: 1, causes: [{ reason: 'ResourceVersionTooLarge' }] },
    });
  });

  it.each(['resourceVersion=5&resourceVersionMatch=Exact', 'at=2026-01-31T10:00:00Z'])(
    'with ?%s is a look into the past',
    async (query) => {
      const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01?${query}` });
      expect(answer.statusCode).toBe(200);
      expect(wire.handed).toHaveLength(1);
    },
  );
});

describe('changing', () => {
  it('an update answers 200', async () => {
    wire.store.willAnswer('changed', stored);
    const answer = await wire.request({ method: 'PUT', url: `${RACKS}/rack-01/status`, payload: rack });
    expect(answer.statusCode).toBe(200);
    expect(wire.store.lastCommand?.request).toMatchObject({ verb: 'update', target: { subresource: 'status' } });
  });

  it('a body without a media type is JSON', async () => {
    wire.store.willAnswer('changed', stored);
    const answer = await wire.request({ method: 'PUT', url: `${RACKS}/rack-01`, payload: Buffer.from('{}') });
    expect(answer.statusCode).toBe(200);
    expect(wire.store.commands[0]?.body).toBe('{}');
  });

  it.each([
    ['application/json-patch+json', 'json'],
    ['application/merge-patch+json', 'merge'],
    ['application/strategic-merge-patch+json; charset=utf-8', 'strategic'],
  ])('%s is a %s patch', async (contentType, patchType) => {
    wire.store.willAnswer('changed', stored);
    const headers = { 'content-type': contentType };
    await wire.request({ method: 'PATCH', url: `${RACKS}/rack-01`, payload: '{}', headers });
    expect(wire.store.lastCommand?.request).toMatchObject({ verb: 'patch', patchType });
  });

  it.each(['application/json', 'application/apply-patch+yaml', 'text'])('a patch as %s is refused', async (type) => {
    const headers = { 'content-type': type };
    const answer = await wire.request({ method: 'PATCH', url: `${RACKS}/rack-01`, payload: '{}', headers });
    expect(answer.statusCode).toBe(415);
    isStatus(answer.body, 415);
  });

  it('a namespace is finalized', async () => {
    wire.store.willAnswer('changed', stored);
    const answer = await wire.request({ method: 'PUT', url: '/api/v1/namespaces/a/finalize', payload: {} });
    expect(answer.statusCode).toBe(200);
    expect(wire.store.lastCommand?.request).toMatchObject({ target: { name: 'a', subresource: 'finalize' } });
  });
});

describe('deleting', () => {
  it('answers a Status when the object is gone', async () => {
    wire.store.willAnswer('deleted', stored);
    const answer = await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01` });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'rack-01', group: 'inventory.holdfast.dev', kind: 'racks', uid: 'u-1' },
    });
  });

  it('answers the object while finalizers hold it', async () => {
    wire.store.willAnswer('changed', stored);
    const answer = await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01` });
    expect(answer.json()).toEqual(stored);
  });

  it.each([
    [{ propagationPolicy: 'Foreground' }, { propagationPolicy: 'Foreground' }],
    [{ orphanDependents: true }, { propagationPolicy: 'Orphan' }],
    [{ preconditions: { uid: 'u', resourceVersion: '7' } }, { preconditions: { uid: 'u', resourceVersion: '7' } }],
    [{ gracePeriodSeconds: 0, dryRun: ['All'] }, { options: { dryRun: true } }],
    [{ kind: 'DeleteOptions', apiVersion: 'v1' }, {}],
  ])('with %j asks for %j', async (options, expected) => {
    wire.store.willAnswer('deleted', stored);
    await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01`, payload: options });
    const { target, ...request } = wire.store.lastCommand?.request as { target: unknown };
    expect(target).toMatchObject({ name: 'rack-01' });
    expect(request).toEqual({ verb: 'delete', ...expected });
  });

  it('takes its options from the query when there is no body, and a dry run from anywhere', async () => {
    wire.store.willAnswer('deleted', stored);
    await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01?propagationPolicy=Orphan&dryRun=All` });
    expect(wire.store.lastCommand?.request).toMatchObject({ propagationPolicy: 'Orphan', options: { dryRun: true } });

    wire.store.willAnswer('deleted', stored);
    await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01?dryRun=All`, payload: {} });
    expect(wire.store.lastCommand?.request).toMatchObject({ options: { dryRun: true } });
  });

  it.each([
    [{ propagationPolicy: 'Orphan', orphanDependents: true }, 422],
    [{ propagationPolicy: 'Sometimes' }, 422],
    [{ gracePeriodSeconds: -1 }, 422],
    [{ dryRun: ['Some'] }, 422],
    [{ dryRun: 'All' }, 400],
    [{ preconditions: { uid: 5 } }, 400],
    [{ kind: 'Rack' }, 400],
    [[], 400],
  ])('with %j is refused', async (options, code) => {
    const answer = await wire.request({ method: 'DELETE', url: `${RACKS}/rack-01`, payload: options });
    expect(answer.statusCode).toBe(code);
    isStatus(answer.body, code);
    expect(wire.store.commands).toEqual([]);
  });
});

describe('what is not the wire’s own is handed over resolved', () => {
  it.each([
    ['GET', RACKS, { verb: 'list', namespace: 'default', name: '' }],
    ['GET', '/apis/inventory.holdfast.dev/v1/racks', { verb: 'list', namespace: '' }],
    ['GET', `${RACKS}?watch=1`, { verb: 'watch' }],
    ['DELETE', RACKS, { verb: 'deletecollection' }],
    ['GET', `${RACKS}/rack-01/history?limit=5`, { verb: 'get', subresource: 'history', name: 'rack-01' }],
    ['GET', `${RACKS}/rack-01/why`, { verb: 'get', subresource: 'why', name: 'rack-01' }],
    ['POST', `${RACKS}/rack-01/rollback`, { verb: 'update', subresource: 'rollback', name: 'rack-01' }],
  ] as const)('%s %s', async (method, url, expected) => {
    const answer = await wire.request({ method, url });
    expect(answer.statusCode).toBe(200);
    expect(wire.handed[0]).toMatchObject({ ...expected, kind: { kind: 'Rack' }, version: { name: 'v1' } });
  });
});

describe('transactions', () => {
  const url = '/apis/holdfast.dev/v1/transactions';

  it('are handed over with who asks', async () => {
    const answer = await wire.request({ method: 'POST', url, payload: { operations: [] } });
    expect(answer.json()).toEqual({ operations: [] });
  });

  it('are for masters, and for POST', async () => {
    expect((await wire.request({ method: 'POST', url, payload: {}, as: 'alice' })).statusCode).toBe(403);
    expect((await wire.request({ method: 'GET', url })).statusCode).toBe(405);
  });
});

describe('refusals', () => {
  it.each([
    ['BadRequest', 400],
    ['Unauthorized', 401],
    ['Forbidden', 403],
    ['NotFound', 404],
    ['MethodNotAllowed', 405],
    ['NotAcceptable', 406],
    ['AlreadyExists', 409],
    ['Conflict', 409],
    ['Expired', 410],
    ['RequestEntityTooLarge', 413],
    ['UnsupportedMediaType', 415],
    ['Invalid', 422],
    ['TooManyRequests', 429],
    ['InternalError', 500],
    ['ServiceUnavailable', 503],
    ['Timeout', 504],
  ] as const)('%s of the store is %d', async (reason, code) => {
    wire.store.willRefuse({ reason, message: 'because', details: { name: 'rack-01', kind: 'racks' } });
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01` });
    expect(answer.statusCode).toBe(code);
    isStatus(answer.body, code);
    expect(answer.json()).toMatchObject({ message: 'because', reason, details: { name: 'rack-01', kind: 'racks' } });
    expect(answer.headers['retry-after']).toBe(code === 429 || code === 503 ? '1' : undefined);
  });

  it('an unknown error says nothing of itself', async () => {
    const answer = await wire.request({ method: 'GET', url: `${RACKS}/rack-01` });
    expect(answer.statusCode).toBe(500);
    isStatus(answer.body, 500);
    expect(answer.body).not.toContain('not told');
  });

  it.each([
    ['GET', '/nowhere', 404],
    ['POST', '/', 404],
    ['GET', '/api/v2/namespaces', 404],
    ['GET', '/api/v1/pods', 404],
    ['GET', '/apis/inventory.holdfast.dev/v2/racks', 404],
    ['GET', '/apis/inventory.holdfast.dev/v1alpha1/racks', 404],
    ['GET', '/apis/unknown.dev/v1/racks', 404],
    ['GET', '/apis/unknown.dev', 404],
    ['GET', '/apis/unknown.dev/v1', 404],
    ['GET', `${RACKS}/rack-01/scale`, 404],
    ['GET', `${RACKS}/rack-01/finalize`, 404],
    ['GET', '/api/v1/namespaces/default/configmaps/a/status', 404],
    ['GET', '/apis/inventory.holdfast.dev/v1/racks/rack-01', 404],
    ['POST', '/apis/inventory.holdfast.dev/v1/racks', 404],
    ['GET', '/api/v1/namespaces/a/namespaces/b', 404],
    ['PUT', RACKS, 405],
    ['PATCH', RACKS, 405],
    ['POST', `${RACKS}/rack-01`, 405],
    ['POST', `${RACKS}/rack-01/status`, 405],
    ['DELETE', `${RACKS}/rack-01/status`, 405],
    ['POST', `${RACKS}/rack-01/history`, 405],
    ['POST', `${RACKS}/rack-01/why`, 405],
    ['GET', `${RACKS}/rack-01/rollback`, 405],
    ['PUT', `${RACKS}/rack-01/rollback`, 405],
    ['PUT', '/version', 405],
    ['DELETE', '/api', 405],
    ['OPTIONS', RACKS, 405],
    ['GET', `${RACKS}/%zz`, 400],
    ['GET', `${RACKS}/%ff%fe`, 400],
    ['GET', `${RACKS}/a%2Fb`, 400],
    ['GET', `${RACKS}?limit=x`, 400],
    ['GET', `${RACKS}?resourceVersion=x`, 400],
  ] as const)('%s %s is %d', async (method, url, code) => {
    const answer = await wire.request({ method, url });
    expect(answer.statusCode).toBe(code);
    isStatus(answer.body, code);
    expect(wire.store.commands).toEqual([]);
    expect(wire.handed).toEqual([]);
  });

  it.each(['POST', 'PUT', 'PATCH'] as const)(
    '%s without a body, with a broken one or an unknown type',
    async (method) => {
      const url = method === 'POST' ? RACKS : `${RACKS}/rack-01`;
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const refused = async (payload: string, contentType: string, code: number) => {
        const headers = { 'content-type': contentType };
        const answer = await wire.request({ method, url, payload, headers });
        expect(answer.statusCode).toBe(code);
        isStatus(answer.body, code);
      };

      await refused('', type, 400);
      await refused('{"a":', type, 400);
      await refused('{}', 'application/x-unknown', 415);
      await refused('{}', '???', 415);
    },
  );

  it('names of 253 characters reach the store', async () => {
    wire.store.willRefuse({ reason: 'NotFound', message: 'no' });
    const name = 'a'.repeat(253);
    expect((await wire.request({ method: 'GET', url: `${RACKS}/${name}` })).statusCode).toBe(404);
    expect(wire.store.lastCommand?.request).toMatchObject({ target: { name } });
  });

  it('a form that we do not have is 406', async () => {
    const answer = await wire.request({ method: 'GET', url: RACKS, headers: { accept: 'application/xml' } });
    expect(answer.statusCode).toBe(406);
    isStatus(answer.body, 406);
  });
});

describe('who may', () => {
  it.each(['/api', '/apis', '/openapi/v3', '/metrics', '/nowhere', RACKS, `${RACKS}/a`])(
    'read %s: nobody without a token',
    async (url) => {
      const answer = await wire.request({ method: 'GET', url, as: '' });
      expect(answer.statusCode).toBe(401);
      isStatus(answer.body, 401);
    },
  );

  it.each(['/version', '/version/', '/livez', '/version?timeout=32s'])('read %s: everybody', async (url) => {
    expect((await wire.request({ method: 'GET', url, as: '' })).statusCode).toBe(200);
  });

  it('a wrong token is refused everywhere', async () => {
    expect((await wire.request({ method: 'GET', url: '/version', as: 'wrong' })).statusCode).toBe(401);
  });

  it('who is no master reads what there is, and nothing that is in it', async () => {
    expect((await wire.request({ method: 'GET', url: '/apis', as: 'alice' })).statusCode).toBe(200);
    const answer = await wire.request({ method: 'GET', url: RACKS, as: 'alice' });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toMatchObject({
      message:
        'racks.inventory.holdfast.dev is forbidden: User "alice" cannot list resource "racks" in API group "inventory.holdfast.dev" in the namespace "default"',
    });
    expect((await wire.request({ method: 'GET', url: '/metrics', as: 'alice' })).statusCode).toBe(403);
  });

  it('a master may ask as somebody else, who then has no more rights than that', async () => {
    const headers = { 'impersonate-user': 'bob', 'impersonate-group': 'dev' };
    expect((await wire.request({ method: 'GET', url: RACKS, headers })).json()).toMatchObject({
      message: expect.stringContaining('User "bob" cannot list'),
    });
    expect((await wire.request({ method: 'GET', url: '/version', headers, as: 'alice' })).json()).toMatchObject({
      message: expect.stringContaining('User "alice" cannot impersonate'),
    });
  });
});

describe('reviews', () => {
  const ask = (resource: string, payload: object, as: string) =>
    wire.request({ method: 'POST', url: `/apis/${resource}`, payload, as });
  const mayGetRacks = { spec: { resourceAttributes: { verb: 'get', resource: 'racks', namespace: 'default' } } };

  it.each([
    ['admin', true],
    ['alice', false],
  ])('can %s get racks: %s', async (as, allowed) => {
    const answer = await ask('authorization.k8s.io/v1/selfsubjectaccessreviews', mayGetRacks, as);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ kind: 'SelfSubjectAccessReview', ...mayGetRacks, status: { allowed } });
  });

  it('a review that asks for nothing is invalid', async () => {
    const answer = await ask('authorization.k8s.io/v1/selfsubjectaccessreviews', { spec: {} }, 'admin');
    expect(answer.statusCode).toBe(422);
    isStatus(answer.body, 422);
  });

  it('tells all rules, and who asks', async () => {
    const rules = await ask('authorization.k8s.io/v1/selfsubjectrulesreviews', { spec: { namespace: 'a' } }, 'admin');
    expect(rules.json()).toMatchObject({
      status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], incomplete: false },
    });
    const who = await ask('authentication.k8s.io/v1/selfsubjectreviews', {}, 'alice');
    expect(who.json()).toMatchObject({
      status: { userInfo: { username: 'alice', uid: '1', groups: ['dev', 'system:authenticated'] } },
    });
  });
});

describe('what operators see', () => {
  it('counts requests by verb, resource and code', async () => {
    wire.store.willAnswer('read', stored);
    await wire.request({ method: 'GET', url: `${RACKS}/rack-01` });
    const text = await wire.metrics.metrics();
    expect(text).toMatch(/holdfast_http_requests_total\{verb="get",resource="racks",code="200"\} \d+/);
    expect(text).toMatch(/holdfast_http_request_duration_seconds_count\{verb="get",resource="racks",code="200"\} \d+/);
  });

  it('a resource that does not exist is no label', async () => {
    await wire.request({ method: 'GET', url: '/api/v1/made-up-by-a-stranger' });
    expect(await wire.metrics.metrics()).not.toContain('made-up');
  });
});
