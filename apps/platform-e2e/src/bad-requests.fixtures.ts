/** Bad input: what a request is about, at which version, for whom. */
import { badRequest, HERE, invalid, MERGE_PATCH, notFound, patch, post } from './bad-input.fixtures.js';
import type { Case, Refused } from './bad-input.fixtures.js';
import { GROUP, widget, WIDGETS } from './widgets.fixtures.js';

const noSuchResource = notFound('the server could not find the requested resource');

export const addresses: readonly Case[] = [
  ['an unknown group', 'GET', '/apis/nobody.example/v1/things', {}, noSuchResource],
  ['an unknown version', 'GET', `/apis/${GROUP}/v9/widgets`, {}, noSuchResource],
  ['an unknown kind', 'POST', `/apis/${GROUP}/v1/namespaces/default/gadgets`, post(widget('x')), noSuchResource],
  ['an unknown part', 'GET', `${HERE}/scale`, {}, noSuchResource],
  [
    'an unknown namespace',
    'POST',
    WIDGETS.replace('default', 'nowhere'),
    post(widget('x')),
    notFound('namespaces "nowhere" not found'),
  ],
  ['an unknown name', 'GET', `${WIDGETS}/absent`, {}, notFound(`widgets.${GROUP} "absent" not found`)],
  ['deleting what is not there', 'DELETE', `${WIDGETS}/absent`, {}, notFound(`widgets.${GROUP} "absent" not found`)],
  ['a path that cannot be decoded', 'GET', `${WIDGETS}/%zz`, {}, badRequest('')],
  ['replacing a collection', 'PUT', WIDGETS, post(widget('x')), { code: 405, reason: 'MethodNotAllowed' }],
  ['creating in an object', 'POST', HERE, post(widget('x')), { code: 405, reason: 'MethodNotAllowed' }],
  [
    'the namespace that everything needs',
    'DELETE',
    '/api/v1/namespaces/default',
    {},
    { code: 403, reason: 'Forbidden' },
  ],
  [
    'an unknown option',
    'POST',
    `${WIDGETS}?fieldValidation=Loose`,
    post(widget('x')),
    { code: 422, reason: 'Invalid', message: 'fieldValidation' },
  ],
  [
    'a dry run of something',
    'POST',
    `${WIDGETS}?dryRun=Some`,
    post(widget('x')),
    { code: 422, reason: 'Invalid', message: 'dryRun' },
  ],
];

export const versions: readonly Case[] = [
  [
    'an old version',
    'PUT',
    HERE,
    post(widget('here', { size: 7 }, { resourceVersion: '1024' })),
    {
      code: 409,
      reason: 'Conflict',
      message: 'the object has been modified; please apply your changes to the latest version',
    },
  ],
  [
    'an old version in a patch',
    'PATCH',
    HERE,
    patch(MERGE_PATCH, { metadata: { resourceVersion: '1024' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'no version',
    'PUT',
    HERE,
    post(widget('here', { size: 7 })),
    invalid(['metadata.resourceVersion', 'FieldValueInvalid']),
  ],
  [
    'a version that is no number',
    'PUT',
    HERE,
    post(widget('here', { size: 7 }, { resourceVersion: 'new' })),
    { code: 422, reason: 'Invalid', message: 'metadata.resourceVersion' },
  ],
  [
    'an older version to be deleted',
    'DELETE',
    HERE,
    post({ preconditions: { resourceVersion: '1024' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'another object to be deleted',
    'DELETE',
    HERE,
    post({ preconditions: { uid: 'another' } }),
    { code: 409, reason: 'Conflict' },
  ],
  [
    'a list at a version that is no number',
    'GET',
    `${WIDGETS}?resourceVersion=new`,
    {},
    { code: 400, reason: 'BadRequest', message: 'resourceVersion' },
  ],
  [
    'a list at a version yet to come',
    'GET',
    `${WIDGETS}?resourceVersion=900000000000000&resourceVersionMatch=Exact`,
    {},
    { code: 410, reason: 'Expired', message: 'beyond the end of the log' },
  ],
  [
    'a list not older than a version yet to come',
    'GET',
    `${WIDGETS}?resourceVersion=900000000000000`,
    {},
    { code: 504, reason: 'Timeout', message: 'Too large resource version' },
  ],
  [
    'a match without a version',
    'GET',
    `${WIDGETS}?resourceVersionMatch=Exact`,
    {},
    { code: 422, reason: 'Invalid', message: 'resourceVersionMatch' },
  ],
  ['a page after nothing known', 'GET', `${WIDGETS}?limit=5&continue=nonsense`, {}, badRequest('continue')],
  ['a limit that is no number', 'GET', `${WIDGETS}?limit=many`, {}, badRequest('limit')],
  ['a time that is none', 'GET', `${WIDGETS}?at=yesterday`, {}, badRequest('yesterday')],
  [
    'a rollback to a version yet to come',
    'POST',
    `${HERE}/rollback`,
    post({ toResourceVersion: '900000000000000' }),
    { code: 410, reason: 'Expired' },
  ],
];

export const selectors: readonly Case[] = [
  [
    'a label selector that ends early',
    'GET',
    `${WIDGETS}?labelSelector=${encodeURIComponent('a in (')}`,
    {},
    badRequest('unable to parse'),
  ],
  [
    'a label selector with a bad key',
    'GET',
    `${WIDGETS}?labelSelector=${encodeURIComponent('a b=c')}`,
    {},
    badRequest(''),
  ],
  [
    'a field selector without an operator',
    'GET',
    `${WIDGETS}?fieldSelector=nonsense`,
    {},
    badRequest('invalid selector'),
  ],
  [
    'a field that cannot be selected',
    'GET',
    `${WIDGETS}?fieldSelector=spec.size=1`,
    {},
    badRequest('field label not supported: spec.size'),
  ],
  [
    'the same in a watch',
    'GET',
    `${WIDGETS}?watch=1&fieldSelector=spec.size=1`,
    {},
    badRequest('field label not supported'),
  ],
];

const unauthorized: Refused = { code: 401, reason: 'Unauthorized' };
export const tokens: readonly Case[] = [
  ['a wrong token', 'POST', WIDGETS, post(widget('x'), { token: 'wrong' }), unauthorized],
  ['an empty token', 'POST', WIDGETS, post(widget('x'), { token: '' }), unauthorized],
  ['no token', 'POST', WIDGETS, post(widget('x'), { token: null }), unauthorized],
  [
    'a password instead',
    'GET',
    WIDGETS,
    { token: null, headers: { authorization: 'Basic YWRtaW46YWRtaW4=' } },
    unauthorized,
  ],
  ['no token, for discovery', 'GET', '/apis', { token: null }, unauthorized],
];
