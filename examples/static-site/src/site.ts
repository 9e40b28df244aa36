/** The kind StaticSite, and what its declaration makes of a folder. */
import type { Kind } from '@holdfast/reconcile';

export interface SiteFile {
  /** Relative, with `/` between its parts; the kind's schema refuses everything that could leave the folder. */
  readonly path: string;
  readonly content: string;
}

export interface StaticSiteSpec {
  readonly files: readonly SiteFile[];
  /** The file that answers for the folder it is in. */
  readonly index: string;
  /** Any free one when it is missing. */
  readonly port?: number;
}

export interface StaticSiteStatus {
  /** Empty while nothing is served. */
  readonly url: string;
  readonly files: number;
}

export const STATIC_SITES: Kind<StaticSiteSpec, StaticSiteStatus> = {
  group: 'sites.holdfast.dev',
  version: 'v1',
  resource: 'staticsites',
  kind: 'StaticSite',
};

/** What the folder of a site holds, by path. */
export interface Layout {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folders: ReadonlySet<string>;
}

export const layoutOf = (files: readonly SiteFile[]): Layout => ({
  files: new Map(files.map(({ path, content }) => [path, Buffer.from(content)])),
  folders: new Set(files.flatMap(({ path }) => foldersAbove(path))),
});

/** A path that would have to be a file and a folder at once. */
export const conflictIn = ({ files, folders }: Layout): string | undefined =>
  [...files.keys()].find((path) => folders.has(path));

/** `a/b/c` is in `a/b` and `a`. */
const foldersAbove = (path: string): readonly string[] => {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
};
