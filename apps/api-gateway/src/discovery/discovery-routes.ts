/** `/api`, `/apis`, and what stands below them that is no resource. */
import type { FastifyReply } from 'fastify';

import { JSON_TYPE } from '../http/answer.js';
import { documentOf, sendDocument } from '../http/document.js';
import type { Document } from '../http/document.js';
import { notAcceptable, parseAccept, refuseUnlessJson, takesJson } from '../http/negotiation.js';
import { pathOf } from '../http/resource-path.js';
import { noSuchPath } from '../http/status-error.js';
import type { PlainHandler, PlainRequest, PlainRoute } from '../http/wire.js';
import type { KindFinder } from '../kinds/kind-finder.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import { aggregatedType, groupDiscoveryList } from './aggregated-discovery.js';
import type { AggregatedVersion } from './aggregated-discovery.js';
import { apiGroups } from './api-groups.js';
import type { ApiGroup, CallResource } from './api-groups.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './legacy-discovery.js';

export interface DiscoveryOptions {
  readonly registry: KindRegistry;
  readonly kinds: Pick<KindFinder, 'refresh'>;
  readonly calls: readonly CallResource[];
}

export const discoveryRoutes = (options: DiscoveryOptions): PlainRoute[] => {
  const discovery = new Discovery(options);
  const get = (path: string, handler: PlainHandler): PlainRoute => ({ method: 'GET', path, handler });
  return [
    get('/api', (request, reply) => discovery.answerRoot(request, reply, 'core')),
    get('/apis', (request, reply) => discovery.answerRoot(request, reply, 'named')),
    get('/api/v1', (request, reply) => discovery.answerVersion(request, reply, '', 'v1')),
    get('/apis/:group', (request, reply) => discovery.answerGroup(request, reply)),
    get('/apis/:group/:version', (request, reply) => {
      const [, , group = '', version = ''] = pathOf(request.url).split('/');
      return discovery.answerVersion(request, reply, group, version);
    }),
  ];
};

type Root = 'core' | 'named';

/** Keeps every document it made until a kind changes. */
class Discovery {
  private documents = new Map<string, Document>();
  private groups: readonly ApiGroup[] = [];
  private generation = -1;

  constructor(private readonly options: DiscoveryOptions) {}

  async answerRoot({ headers }: PlainRequest, reply: FastifyReply, root: Root): Promise<void> {
    const form = rootForm(headers.accept);
    await this.catchUp();
    const make = form === 'legacy' ? () => this.legacyRoot(root) : () => this.aggregatedRoot(root, form);
    sendDocument(this.document(`${root} ${form}`, make), headers, reply);
  }

  async answerGroup({ url, headers }: PlainRequest, reply: FastifyReply): Promise<void> {
    refuseUnlessJson(headers.accept);
    await this.catchUp();
    const name = pathOf(url).split('/')[2] ?? '';
    const group = this.groups.find((candidate) => candidate.name === name && name !== '');
    if (group === undefined) throw noSuchPath();
    const document = this.document(`group ${name}`, () => documentOf(apiGroup(group), JSON_TYPE));
    sendDocument(document, headers, reply);
  }

  async answerVersion(
    { headers }: PlainRequest,
    reply: FastifyReply,
    groupName: string,
    versionName: string,
  ): Promise<void> {
    refuseUnlessJson(headers.accept);
    await this.catchUp();
    const group = this.groups.find(({ name }) => name === groupName);
    const version = group?.versions.find((candidate) => candidate.version === versionName);
    if (version === undefined) throw noSuchPath();
    const make = (): Document => documentOf(apiResourceList(groupName, version), JSON_TYPE);
    sendDocument(this.document(`version ${groupName}/${versionName}`, make), headers, reply);
  }

  private legacyRoot(root: Root): Document {
    return documentOf(root === 'core' ? apiVersions() : apiGroupList(this.groups), JSON_TYPE);
  }

  private aggregatedRoot(root: Root, version: AggregatedVersion): Document {
    const groups = this.groups.filter(({ name }) => (name === '') === (root === 'core'));
    return documentOf(groupDiscoveryList(version, groups), aggregatedType(version));
  }

  private async catchUp(): Promise<void> {
    const { registry, kinds, calls } = this.options;
    await kinds.refresh();
    if (this.generation === registry.generation) return;
    this.groups = apiGroups(registry.all(), calls);
    this.documents = new Map();
    this.generation = registry.generation;
  }

  private document(name: string, make: () => Document): Document {
    let document = this.documents.get(name);
    if (document === undefined) this.documents.set(name, (document = make()));
    return document;
  }
}

const rootForm = (accept: string | undefined): AggregatedVersion | 'legacy' => {
  if (accept === undefined || accept === '') return 'legacy';
  for (const { type, parameters } of parseAccept(accept)) {
    if (!takesJson(type)) continue;
    if (!parameters.has('as')) return 'legacy';
    const version = parameters.get('v');
    const asked = parameters.get('as') === 'APIGroupDiscoveryList' && parameters.get('g') === 'apidiscovery.k8s.io';
    if (asked && (version === 'v2' || version === 'v2beta1')) return version;
  }
  throw notAcceptable();
};
