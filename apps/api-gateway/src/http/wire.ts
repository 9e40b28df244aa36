/**
 * Every route of the gateway, as one Fastify plugin.
 *
 * Nest composes the service and owns its life cycle; requests do not pass through its controllers. A controller per
 * kind is not possible, since kinds come and go while the gateway runs, and Nest's guards, pipes, interceptors and
 * filters would cost each write more than all that is done for it here.
 */
import type { Logger } from '@holdfast/nest-platform';
import { RefusalError } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Authenticator } from '../auth/authenticator.js';
import { unauthorized } from '../auth/authenticator.js';
import { authorizePath } from '../auth/authorize.js';
import { impersonated } from '../auth/impersonate.js';
import { sendJson } from './answer.js';
import { MAX_BODY_BYTES, unsupportedMediaType } from './decode-body.js';
import type { Observation, RequestObserver } from './observe.js';
import { contextOf, idsOf } from './request-context.js';
import type { RequestContext, User } from './resolved-request.js';
import type { ResourceDispatcher } from './resource-dispatcher.js';
import { pathOf } from './resource-path.js';
import { YAML_TYPE } from './yaml-reader.js';
import type { YamlReader } from './yaml-reader.js';
import { badRequest, INTERNAL_ERROR, methodNotAllowed, noSuchPath, refuse, statusOf } from './status-error.js';

/** A request that is no resource's: discovery, documents, health, and calls of our own. */
export interface PlainRequest {
  readonly url: string;
  readonly headers: FastifyRequest['headers'];
  readonly context: RequestContext;
}

export type PlainHandler = (request: PlainRequest, reply: FastifyReply) => Promise<void> | void;

/** Answers `method` on a path; `open` ones need no token, since probes have none. */
export interface PlainRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly open?: true;
  readonly handler: PlainHandler;
}

export interface WireOptions {
  readonly authenticator: Authenticator;
  readonly dispatcher: ResourceDispatcher;
  readonly routes: readonly PlainRoute[];
  readonly observer: RequestObserver;
  readonly yaml: YamlReader;
  readonly logger: Logger;
}

declare module 'fastify' {
  interface FastifyRequest {
    observation: Observation;
    user: User | undefined;
  }
}

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'] as const;
const ANONYMOUS: User = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'] };
const NO_BODY = Buffer.alloc(0);

/** Puts all routes on a Fastify instance; whatever they answer, a failure is a Status. */
export const registerWire = (fastify: FastifyInstance, options: WireOptions): void => {
  const { observer, dispatcher, routes, yaml } = options;
  takeRawBodies(fastify);
  fastify.decorateRequest('observation');
  fastify.decorateRequest('user');
  fastify.addHook('onRequest', receive(options));
  fastify.addHook('onClose', async () => yaml.close());
  fastify.addHook('onResponse', (request, reply, done) => {
    observer.finished(request.observation, reply.statusCode, request.method, request.url);
    done();
  });
  fastify.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, options.logger));
  for (const route of routes) registerPlain(fastify, route, yaml);
  const resource = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { method, url, headers, observation } = request;
    const context = contextFor(request);
    const readable = context.contentType === YAML_TYPE ? await yaml.asJson(context) : context;
    const arrival = { method, url, accept: headers.accept, context: readable, observation };
    await dispatcher.dispatch(arrival, reply);
  };
  for (const url of ['/api/*', '/apis/*']) fastify.route({ method: [...METHODS], url, handler: resource });
  fastify.route({ method: [...METHODS], url: '/*', handler: nowhere });
};

/** Bodies stay bytes: the wire's own decoders know more than a JSON parser, and a store wants the bytes. */
const takeRawBodies = (fastify: FastifyInstance): void => {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) =>
    done(null, body),
  );
};

/** Ids first, so that even a refusal can be found in the log; then the token, before any body is read. */
const receive =
  ({ authenticator, routes }: WireOptions) =>
  (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const ids = idsOf(request.headers);
    const verb = request.method.toLowerCase();
    request.observation = { ids, started: performance.now(), verb, resource: '', user: '' };
    reply.header('x-request-id', ids.requestID).header('traceparent', ids.traceparent);
    reply.header('cache-control', 'no-cache, private');
    try {
      const user = authenticator.authenticate(request.headers.authorization);
      if (user === undefined && !isOpen(routes, request)) throw unauthorized();
      request.user = user === undefined ? undefined : impersonated(user, request.headers);
      request.observation.user = user?.name ?? '';
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };

const isOpen = (routes: readonly PlainRoute[], { url }: FastifyRequest): boolean => {
  const path = pathOf(url);
  return routes.some((route) => route.open === true && route.path === path);
};

const contextFor = (request: FastifyRequest): RequestContext =>
  contextOf({
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : NO_BODY,
    user: request.user ?? ANONYMOUS,
    ids: request.observation.ids,
    now: Date.now(),
  });

const registerPlain = (
  fastify: FastifyInstance,
  { method, path, open, handler }: PlainRoute,
  yaml: YamlReader,
): void => {
  fastify.route({
    method: [...METHODS],
    url: path,
    handler: async (request, reply) => {
      if (request.method !== method) throw methodNotAllowed();
      const context = contextFor(request);
      if (open !== true && method === 'GET') authorizePath(context.user, 'get', pathOf(request.url));
      const readable = context.contentType === YAML_TYPE ? await yaml.asJson(context) : context;
      await handler({ url: request.url, headers: request.headers, context: readable }, reply);
    },
  });
};

const nowhere = (request: FastifyRequest): never => {
  const path = pathOf(request.url);
  authorizePath(request.user ?? ANONYMOUS, request.method.toLowerCase(), path);
  throw noSuchPath();
};

const answerError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply, logger: Logger): void => {
  const refusal = refusalOf(error);
  if (refusal === INTERNAL_ERROR) {
    const { requestID, correlationID } = request.observation.ids;
    logger.error({ err: error, requestID, correlationID, method: request.method, url: request.url }, 'request failed');
  }
  answerRefusal(refusal, reply);
};

/** Sends a refusal as a Status with its code and, where it says when to come back, a Retry-After. */
export const answerRefusal = (refusal: Refusal, reply: FastifyReply): void => {
  const status = statusOf(refusal);
  const { retryAfterSeconds } = status.details;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  sendJson(reply, status.code, status);
};

/** What Fastify itself refuses, in the words of the wire. */
const refusalOf = (error: FastifyError): Refusal => {
  if (error instanceof RefusalError) return error.refusal;
  switch (error.code) {
    case 'FST_ERR_BAD_URL':
      return badRequest('the path of the URL cannot be decoded: bad URL escape').refusal;
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refuse('RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`).refusal;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType(['application/json', 'application/yaml']).refusal;
    default:
      return isClientError(error) ? badRequest(error.message).refusal : INTERNAL_ERROR;
  }
};

const isClientError = ({ statusCode, code }: FastifyError): boolean =>
  typeof code === 'string' && code.startsWith('FST_') && statusCode !== undefined && statusCode < 500;
