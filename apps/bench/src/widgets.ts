/** The objects of the benchmark: a kind with a schema that is really checked, and bodies of 1 kB. */
import { randomBytes } from 'node:crypto';

import { HttpConnection } from './load/http-connection.js';
import type { Endpoint, HttpRequest } from './load/http-connection.js';

const GROUP = 'bench.holdfast.dev';
const API_VERSION = `${GROUP}/v1`;
const OBJECT_BYTES = 1_025;
const ROOT = `/apis/${API_VERSION}`;

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['color', 'size'],
                properties: {
                  color: { type: 'string', enum: ['red', 'green', 'blue'] },
                  size: { type: 'integer', minimum: 0 },
                  owner: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 63 },
                  notes: { type: 'string' },
                  tags: { type: 'array', items: { type: 'string' }, maxItems: 16 },
                },
              },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};

/** Names that no earlier run has used. */
export class Names {
  private next = 0;
  private readonly prefix = `w-${randomBytes(4).toString('hex')}`;

  fresh(): string {
    this.next += 1;
    return `${this.prefix}-${this.next}`;
  }

  /** One that `fresh` has given already. */
  known(index: number): string {
    return `${this.prefix}-${1 + (index % Math.max(1, this.next))}`;
  }

  get count(): number {
    return this.next;
  }
}

const widget = (name: string, namespace: string) => {
  const object = {
    apiVersion: API_VERSION,
    kind: 'Widget',
    metadata: { name, namespace, labels: { app: 'bench' } },
    spec: { color: 'green', size: 7, owner: 'platform-team', notes: '', tags: ['one', 'two', 'three'] },
  };
  const missing = OBJECT_BYTES - JSON.stringify(object).length;
  return { ...object, spec: { ...object.spec, notes: 'x'.repeat(Math.max(0, missing)) } };
};

export const collection = (namespace: string): string => `${ROOT}/namespaces/${namespace}/widgets`;

export const createWidget = (namespace: string, name: string): HttpRequest => ({
  method: 'POST',
  path: collection(namespace),
  body: JSON.stringify(widget(name, namespace)),
});

export const getWidget = (namespace: string, name: string): HttpRequest => ({
  method: 'GET',
  path: `${collection(namespace)}/${name}`,
});

export const createInTransaction = (namespace: string, names: readonly string[]): HttpRequest => ({
  method: 'POST',
  path: '/apis/holdfast.dev/v1/transactions',
  body: JSON.stringify({
    operations: names.map((name) => ({ op: 'create', object: widget(name, namespace) })),
  }),
});

/** The bytes of one widget, for those who store them without us. */
export const widgetBytes = (name: string): Buffer => Buffer.from(JSON.stringify(widget(name, 'default')));

export const defineWidgets = async (endpoint: Endpoint): Promise<void> => {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await mustSucceed(endpoint, { method: 'POST', path, body: JSON.stringify(definition) });
};

export const createNamespace = async (endpoint: Endpoint, name: string): Promise<void> => {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await mustSucceed(endpoint, { method: 'POST', path: '/api/v1/namespaces', body });
};

const mustSucceed = async (endpoint: Endpoint, request: HttpRequest): Promise<void> => {
  const connection = await HttpConnection.open(endpoint);
  try {
    const { status, body } = await connection.request(request);
    if (status >= 300)
      throw new Error(`${request.method} ${request.path}: HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
  } finally {
    connection.close();
  }
};

/** Fills a namespace with widgets, a hundred in each transaction. */
export const fill = async (endpoint: Endpoint, namespace: string, names: Names, count: number): Promise<void> => {
  const connection = await HttpConnection.open(endpoint);
  try {
    for (let made = 0; made < count; made += 100) {
      const batch = Array.from({ length: Math.min(100, count - made) }, () => names.fresh());
      const { status, body } = await connection.request(createInTransaction(namespace, batch));
      if (status >= 300) throw new Error(`a transaction answered HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
    }
  } finally {
    connection.close();
  }
};
