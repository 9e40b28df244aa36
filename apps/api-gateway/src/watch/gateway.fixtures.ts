/** The doors of lists and watches on a Fastify server of their own, and a client that reads streams. */
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { RefusalError } from '@holdfast/kernel';
import type { KindDefinition, KindVersion } from '@holdfast/resource';
import fastify from 'fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseQuery } from '../http/request-query.js';
import { negotiate } from '../http/negotiation.js';
import type { RequestVerb, ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { statusOf } from '../http/status-error.js';
import type { ToldEvent } from './watch.fixtures.js';

const widgetsV1: KindVersion = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { type: 'object' },
  status: true,
  printerColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
  selectableFields: ['.spec.color'],
};

const widgets: KindDefinition = {
  group: 'fab.dev',
  plural: 'widgets',
  singular: 'widget',
  kind: 'Widget',
  listKind: 'WidgetList',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [widgetsV1],
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  builtIn: false,
  revision: 1,
};

export interface TestGateway {
  readonly url: string;
  close(): Promise<void>;
}

type Door = RequestVerb | 'past' | 'history' | 'why' | 'rollback';

/** Serves widgets; `handlers` get what the wire would have made of a request. */
export const startTestGateway = async (handlers: Partial<Record<Door, ResourceHandler>>): Promise<TestGateway> => {
  const server: FastifyInstance = fastify({ forceCloseConnections: true });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.setErrorHandler(async (error, _request, reply) => {
    if (!(error instanceof RefusalError)) throw error;
    const status = statusOf(error.refusal);
    await reply.code(status.code).send(status);
  });
  const serve = (method: 'GET' | 'POST' | 'DELETE', url: string, doorOf: (url: string) => Door): void => {
    for (const prefix of ['', '/namespaces/:namespace']) {
      server.route({
        method,
        url: `/apis/fab.dev/v1${prefix}${url}`,
        handler: async (request, reply) => {
          const door = doorOf(request.url);
          await handlers[door]?.(resolved(request, verbOf(door)), reply);
        },
      });
    }
  };
  serve('GET', '/widgets', (url) => (url.includes('watch=true') ? 'watch' : 'list'));
  serve('DELETE', '/widgets', () => 'deletecollection');
  serve('GET', '/widgets/:name', () => 'past');
  serve('GET', '/widgets/:name/history', () => 'history');
  serve('GET', '/widgets/:name/why', () => 'why');
  serve('POST', '/widgets/:name/rollback', () => 'rollback');
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/apis/fab.dev/v1`, close: () => server.close() };
};

const verbOf = (door: Door): RequestVerb =>
  door === 'past' || door === 'history' || door === 'why' ? 'get' : door === 'rollback' ? 'update' : door;

const resolved = (request: FastifyRequest, verb: RequestVerb): ResolvedRequest => {
  const { namespace = '', name = '' } = request.params as { namespace?: string; name?: string };
  return {
    ...requestFor(verb),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    namespace,
    name,
    query: parseQuery(request.url, verb),
    accept: negotiate(request.headers.accept),
  };
};

/** A request on all widgets. */
export const requestFor = (verb: RequestVerb): ResolvedRequest => ({
  user: { name: 'alice', uid: '', groups: [] },
  requestID: 'request',
  correlationID: 'correlation',
  traceparent: '',
  fieldManager: 'spec',
  deadline: Date.now() + 5_000,
  body: Buffer.alloc(0),
  contentType: '',
  idempotencyKey: undefined,
  kind: widgets,
  version: widgetsV1,
  namespace: '',
  name: '',
  subresource: undefined,
  verb,
  query: parseQuery('/', verb),
  accept: 'json',
});

/** An open stream of watch events. */
export interface EventStream {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly events: ToldEvent[];
  /** The versions of all events so far. */
  readonly versions: readonly number[];
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  /** Takes nothing more from the socket. */
  pause(): void;
  close(): void;
}

/** Resolves when the headers are there. */
export const openStream = (url: string, headers: Record<string, string> = {}): Promise<EventStream> =>
  new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => resolve(streamOf(response)));
    request.on('error', reject);
  });

const streamOf = (response: IncomingMessage): EventStream => {
  const events: ToldEvent[] = [];
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line) as ToldEvent);
  });
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  response.on('error', () => undefined);
  return {
    code: response.statusCode ?? 0,
    headers: response.headers,
    events,
    get versions() {
      return events.map(({ object }) => Number(object.metadata.resourceVersion));
    },
    ended,
    pause: () => response.pause(),
    close: () => response.destroy(),
  };
};
