/**
 * `/openapi/v3`: an index whose addresses change with their content, and the document of each group-version.
 * `/openapi/v2` does not exist: it is read as protocol buffers alone, and clients do without.
 */
import { createHash } from 'node:crypto';
import { openApiV3Document } from '@holdfast/resource';
import type { KindDefinition, SubresourceDocumentsOf } from '@holdfast/resource';

import { JSON_TYPE, sendJson } from '../http/answer.js';
import { documentOf, sendDocument } from '../http/document.js';
import type { Document } from '../http/document.js';
import { refuseUnlessJson } from '../http/negotiation.js';
import { parseQueryString } from '../http/query-string.js';
import { pathOf } from '../http/resource-path.js';
import { noSuchPath } from '../http/status-error.js';
import { subresourcesOf } from '../http/subresources.js';
import type { PlainRequest, PlainRoute } from '../http/wire.js';
import type { KindFinder } from '../kinds/kind-finder.js';
import type { KindRegistry } from '../kinds/kind-registry.js';

export interface OpenApiOptions {
  readonly registry: KindRegistry;
  readonly kinds: Pick<KindFinder, 'refresh'>;
  /** The product's version: another build may describe the same kinds in other words. */
  readonly build: string;
}

export const openApiRoutes = (options: OpenApiOptions): PlainRoute[] => {
  const documents = new OpenApiDocuments(options);
  return [
    {
      method: 'GET',
      path: '/openapi/v3',
      handler: async ({ headers }, reply) => {
        refuseUnlessJson(headers.accept);
        await options.kinds.refresh();
        sendJson(reply, 200, documents.index());
      },
    },
    {
      method: 'GET',
      path: '/openapi/v3/*',
      handler: async (request, reply) => {
        refuseUnlessJson(request.headers.accept);
        await options.kinds.refresh();
        const name = pathOf(request.url).slice('/openapi/v3/'.length);
        const document = documents.find(name);
        if (document === undefined) throw noSuchPath();
        if (isPinned(request, documents.hashOf(name))) {
          reply.header('cache-control', 'public, immutable, max-age=31536000');
        }
        sendDocument(document, request.headers, reply);
      },
    },
  ];
};

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly hash: string;
  document?: Document;
}

/** Hashes what a document is made of, so that the index costs no documents; those are made when they are asked for. */
class OpenApiDocuments {
  private known = new Map<string, GroupVersion>();
  private generation = -1;

  constructor(private readonly options: OpenApiOptions) {}

  index(): object {
    const paths = [...this.current()].map(([name, { hash }]) => {
      return [name, { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` }] as const;
    });
    return { paths: Object.fromEntries(paths) };
  }

  hashOf(name: string): string | undefined {
    return this.current().get(name)?.hash;
  }

  find(name: string): Document | undefined {
    const found = this.current().get(name);
    if (found === undefined) return undefined;
    const { group, version } = found;
    return (found.document ??= documentOf(
      openApiV3Document(group, version, this.options.registry.all(), documentsOf),
      JSON_TYPE,
    ));
  }

  private current(): ReadonlyMap<string, GroupVersion> {
    const { registry } = this.options;
    if (this.generation === registry.generation) return this.known;
    const before = this.known;
    this.known = new Map();
    for (const [name, { group, version, kinds }] of servedVersions(registry.all())) {
      const hash = this.hash(version, kinds);
      const kept = before.get(name);
      this.known.set(name, kept?.hash === hash ? kept : { group, version, hash });
    }
    this.generation = registry.generation;
    return this.known;
  }

  private hash(version: string, kinds: readonly KindDefinition[]): string {
    const hash = createHash('sha256').update(this.options.build).update(version);
    for (const kind of kinds) hash.update(JSON.stringify({ ...kind, revision: undefined }));
    return hash.digest('hex').toUpperCase();
  }
}

const documentsOf: SubresourceDocumentsOf = (kind, version) =>
  subresourcesOf({ kind, version }).flatMap(({ name, answer, document }) =>
    document === undefined ? [] : [{ name, document, ...(answer && { answer }) }],
  );

interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly kinds: KindDefinition[];
}

/** Every served version of every group, by its name in the index: `api/v1`, `apis/<group>/<version>`. */
const servedVersions = (kinds: readonly KindDefinition[]): Map<string, ServedVersion> => {
  const found = new Map<string, ServedVersion>();
  for (const kind of kinds) {
    for (const { name: version, served } of kind.versions) {
      if (!served) continue;
      const name = kind.group === '' ? `api/${version}` : `apis/${kind.group}/${version}`;
      const entry = found.get(name) ?? { group: kind.group, version, kinds: [] };
      entry.kinds.push(kind);
      found.set(name, entry);
    }
  }
  return found;
};

const isPinned = ({ url }: PlainRequest, hash: string | undefined): boolean =>
  hash !== undefined && parseQueryString(url).get('hash') === hash;
