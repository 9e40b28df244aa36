/**
 * One request on a resource: its path, its user's rights, its kind, its query and the form of its answer are settled in
 * this order, then the handler of its verb gets it. Whatever is wrong leaves as a refusal, before anything was asked
 * of the store.
 */
import type { KindDefinition, ResourceVerb } from '@holdfast/resource';
import type { FastifyReply } from 'fastify';

import { authorizeResource } from '../auth/authorize.js';
import type { KindFinder, ServedKind } from '../kinds/kind-finder.js';
import { addWarnings } from './answer.js';
import { negotiate } from './negotiation.js';
import type { Observation } from './observe.js';
import { asksToWatch, parseQuery } from './request-query.js';
import type {
  HistoryHandler,
  ListHandler,
  RequestContext,
  RequestVerb,
  ResolvedRequest,
  ResourceHandler,
  Subresource,
  WatchHandler,
} from './resolved-request.js';
import { parseResourcePath, pathOf } from './resource-path.js';
import type { ResourcePath } from './resource-path.js';
import { methodNotAllowed, noSuchPath } from './status-error.js';
import { findSubresource, hasOwnAnswer, hasSubresource } from './subresources.js';
import type { SubresourceDefinition } from './subresources.js';

/** What answers each verb. */
export interface ResourceHandlers extends HistoryHandler {
  readonly get: ResourceHandler;
  readonly list: ListHandler;
  readonly watch: WatchHandler;
  readonly create: ResourceHandler;
  readonly update: ResourceHandler;
  readonly patch: ResourceHandler;
  readonly delete: ResourceHandler;
  readonly deletecollection: ResourceHandler;
  /** `POST <preset>/claim`. */
  readonly claim: ResourceHandler;
  /** `GET <workspace>/log`. */
  readonly log: ResourceHandler;
}

/** A request as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly accept: string | undefined;
  readonly context: RequestContext;
  readonly observation: Observation;
}

export class ResourceDispatcher {
  constructor(
    private readonly kinds: KindFinder,
    private readonly handlers: ResourceHandlers,
  ) {}

  async dispatch(arrival: Arrival, reply: FastifyReply): Promise<void> {
    const { method, url, accept, context, observation } = arrival;
    const path = parseResourcePath(pathOf(url));
    const verb = verbOf(method, path, url);
    observation.verb = verb;
    authorizeResource(context.user, verb, path);
    const { kind, version } =
      this.kinds.known(path.group, path.version, path.resource) ?? (await this.findOrRefuse(path));
    observation.resource = kind.plural;
    const subresource = subresourceOf(path, { kind, version }, verb, method);
    refuseWrongScope(kind, path, verb);
    const query = parseQuery(url, verb);
    const request: ResolvedRequest = {
      // Member by member: a spread of the context would cost more than all the rest of this method.
      user: context.user,
      requestID: context.requestID,
      correlationID: context.correlationID,
      traceparent: context.traceparent,
      fieldManager: query.fieldManager ?? context.fieldManager,
      deadline: context.deadline,
      body: context.body,
      contentType: context.contentType,
      idempotencyKey: context.idempotencyKey,
      kind,
      version,
      namespace: path.namespace,
      name: path.name,
      subresource,
      verb,
      query,
      accept: negotiate(accept),
    };
    if (version.deprecationWarning !== undefined) addWarnings(reply, [version.deprecationWarning]);
    await this.handlerOf(request)(request, reply);
  }

  private async findOrRefuse(path: ResourcePath): Promise<ServedKind> {
    const found = await this.kinds.find(path.group, path.version, path.resource);
    if (found === undefined) throw noSuchPath();
    return found;
  }

  private handlerOf({ verb, subresource, query }: ResolvedRequest): ResourceHandler {
    if (subresource !== undefined && hasOwnAnswer(subresource)) return this.handlers[subresource];
    const ofThePast = verb === 'get' && (query.at !== undefined || query.resourceVersionMatch === 'Exact');
    return ofThePast ? this.handlers.past : this.handlers[verb];
  }
}

const OF_AN_OBJECT: Readonly<Record<string, RequestVerb>> = {
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

const OF_A_COLLECTION: Readonly<Record<string, RequestVerb>> = {
  GET: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};

const verbOf = (method: string, { name, subresource }: ResourcePath, url: string): RequestVerb => {
  const verb = verbOn(findSubresource(subresource), method) ?? (name === '' ? OF_A_COLLECTION : OF_AN_OBJECT)[method];
  if (verb === undefined) throw methodNotAllowed();
  return verb === 'list' && asksToWatch(url) ? 'watch' : verb;
};

/** Undefined where it does not take the method. */
const verbOn = (subresource: SubresourceDefinition | undefined, method: string): RequestVerb | undefined =>
  (subresource?.methods as Readonly<Record<string, RequestVerb>> | undefined)?.[method];

const subresourceOf = (
  { subresource: name }: ResourcePath,
  served: ServedKind,
  verb: RequestVerb,
  method: string,
): Subresource | undefined => {
  if (name === '') {
    if (!served.kind.verbs.includes(verb satisfies ResourceVerb)) throw methodNotAllowed();
    return undefined;
  }
  const subresource = findSubresource(name);
  if (subresource === undefined || !hasSubresource(served, subresource)) throw noSuchPath();
  if (verbOn(subresource, method) === undefined) throw methodNotAllowed();
  return subresource.name;
};

/** Only lists and watches of a namespaced kind may go over all namespaces; a cluster-scoped one stands in none. */
const refuseWrongScope = ({ scope }: KindDefinition, path: ResourcePath, verb: RequestVerb): void => {
  const inNamespace = path.namespace !== '';
  if (scope === 'Cluster' ? inNamespace : !inNamespace && verb !== 'list' && verb !== 'watch') throw noSuchPath();
};
