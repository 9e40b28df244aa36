/** `kubectl auth can-i` and `whoami`: what the asking user may do, and who that is. */
import { isJsonObject, objectAt, RefusalError, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import { invalid, invalidValue } from '@holdfast/resource';

import { sendJson } from '../http/answer.js';
import { decodeBody } from '../http/decode-body.js';
import type { RequestContext, User } from '../http/resolved-request.js';
import { badRequest } from '../http/status-error.js';
import type { PlainRoute } from '../http/wire.js';
import { isClaim, isOpenToAll, mayDoAnything, OPEN_PATHS } from './authorize.js';

/** A kind of question: it is posted, answered, and kept nowhere. */
export interface Review {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
}

interface AnsweredReview extends Review {
  readonly answer: (user: User, review: JsonObject) => JsonObject;
}

const AUTHORIZATION = 'authorization.k8s.io';

/** The reviews that this gateway answers. */
export const REVIEWS: readonly AnsweredReview[] = [
  {
    group: AUTHORIZATION,
    version: 'v1',
    resource: 'selfsubjectaccessreviews',
    kind: 'SelfSubjectAccessReview',
    answer: (user, review) => ({ allowed: isAllowed(user, objectAt(review, 'spec')) }),
  },
  {
    group: AUTHORIZATION,
    version: 'v1',
    resource: 'selfsubjectrulesreviews',
    kind: 'SelfSubjectRulesReview',
    answer: (user) => ({ ...rulesOf(user), incomplete: false }),
  },
  {
    group: 'authentication.k8s.io',
    version: 'v1',
    resource: 'selfsubjectreviews',
    kind: 'SelfSubjectReview',
    answer: ({ name, uid, groups }) => ({ userInfo: { username: name, uid, groups } }),
  },
];

/** One POST route each. */
export const reviewRoutes = (): PlainRoute[] =>
  REVIEWS.map((review) => ({
    method: 'POST',
    path: `/apis/${review.group}/${review.version}/${review.resource}`,
    handler: ({ context }, reply) => sendJson(reply, 201, answerReview(review, context)),
  }));

const answerReview = (review: AnsweredReview, context: RequestContext): JsonObject => {
  const given = reviewIn(context, review);
  return {
    kind: review.kind,
    apiVersion: `${review.group}/${review.version}`,
    metadata: { ...objectAt(given, 'metadata'), creationTimestamp: null },
    ...(given['spec'] === undefined ? {} : { spec: given['spec'] }),
    status: review.answer(context.user, given),
  };
};

const reviewIn = (context: RequestContext, { kind }: Review): JsonObject => {
  const given: unknown = JSON.parse(decodeBody(context, 'Ignore').bytes.toString('utf8'));
  if (!isJsonObject(given)) throw badRequest(`the body must be a ${kind} object`);
  const found = given['kind'] ?? kind;
  if (found !== kind) throw badRequest(`the body must be a ${kind} object, not a ${JSON.stringify(found)}`);
  return given;
};

const isAllowed = (user: User, spec: JsonObject): boolean => {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (isJsonObject(resource) === isJsonObject(path)) throw notExactlyOne();
  if (mayDoAnything(user)) return true;
  if (isJsonObject(path)) return stringAt(path, 'verb') === 'get' && isOpenToAll(stringAt(path, 'path') ?? '');
  const asked = isJsonObject(resource) ? resource : {};
  const text = (member: string): string => stringAt(asked, member) ?? '';
  const [verb, attributes] = [text('verb'), { group: text('group'), resource: text('resource') }];
  if (isClaim(verb, { ...attributes, subresource: text('subresource') })) return true;
  const { group, resource: name } = attributes;
  return verb === 'create' && REVIEWS.some((review) => review.group === group && review.resource === name);
};

const notExactlyOne = (): RefusalError => {
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  const what = { group: AUTHORIZATION, kind: 'SelfSubjectAccessReview', name: '' };
  return new RefusalError(invalid(what, [invalidValue('spec.resourceAttributes', null, why)]));
};

/** For oneself. */
const CLAIMS = { group: PREBUILDS_GROUP, resource: 'presets/claim' };

const rulesOf = (user: User): JsonObject => {
  if (mayDoAnything(user)) {
    return {
      resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    };
  }
  return {
    resourceRules: [...REVIEWS, CLAIMS].map(({ group, resource }) => ({
      verbs: ['create'],
      apiGroups: [group],
      resources: [resource],
    })),
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: [...OPEN_PATHS] }],
  };
};
