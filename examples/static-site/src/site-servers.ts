/**
 * HTTP servers on this host, one for each site. A server that is not asked for again within a while closes by itself:
 * then its site is gone without a word.
 */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

import type { Layout } from './site.js';

const HOST = '127.0.0.1';

export interface ServedSite {
  readonly folder: string;
  readonly layout: Layout;
  readonly index: string;
}

export interface Ports {
  /** The only one that will do. */
  readonly wanted?: number | undefined;
  /** The one to have again, if it is free. */
  readonly before?: number | undefined;
}

interface Entry {
  readonly server: Server;
  readonly port: number;
  site: ServedSite;
  end: NodeJS.Timeout;
}

export class SiteServers {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly keptMs: number) {}

  /** Serves the site from now on; tells where, or undefined when the port that it wants is taken. */
  async serve(key: string, site: ServedSite, { wanted, before }: Ports): Promise<string | undefined> {
    const known = this.entries.get(key);
    if (known !== undefined && (wanted ?? known.port) === known.port) {
      known.site = site;
      this.keep(key, known);
      return urlOf(known.port);
    }
    await this.stop(key);
    const port =
      (await this.listen(key, site, wanted ?? before ?? 0)) ?? (await this.listenAnywhere(key, site, wanted));
    return port === undefined ? undefined : urlOf(port);
  }

  async stop(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    clearTimeout(entry.end);
    const closed = new Promise((resolve) => entry.server.close(resolve));
    entry.server.closeAllConnections();
    await closed;
  }

  async stopThose(isMeant: (key: string) => boolean): Promise<void> {
    await Promise.all([...this.entries.keys()].filter(isMeant).map((key) => this.stop(key)));
  }

  private listenAnywhere(key: string, site: ServedSite, wanted: number | undefined): Promise<number | undefined> {
    return wanted === undefined ? this.listen(key, site, 0) : Promise.resolve(undefined);
  }

  /** Undefined when the port is taken. */
  private async listen(key: string, site: ServedSite, port: number): Promise<number | undefined> {
    const server = createServer((request, response) => {
      const served = this.entries.get(key)?.site ?? site;
      answer(served, request, response).catch(() => response.destroy());
    });
    // Whoever runs the reconcilers decides when the process ends.
    server.unref();
    const outcome = await new Promise<'listening' | NodeJS.ErrnoException>((resolve) => {
      server.once('error', resolve);
      server.listen(port, HOST, () => resolve('listening'));
    });
    if (outcome !== 'listening') {
      if (outcome.code === 'EADDRINUSE') return undefined;
      throw outcome;
    }
    const entry = { server, port: (server.address() as AddressInfo).port, site, end: setTimeout(() => undefined, 0) };
    this.entries.set(key, entry);
    this.keep(key, entry);
    return entry.port;
  }

  private keep(key: string, entry: Entry): void {
    clearTimeout(entry.end);
    entry.end = setTimeout(() => void this.stop(key), this.keptMs);
    entry.end.unref();
  }
}

const urlOf = (port: number): string => `http://${HOST}:${port}/`;

const answer = async (site: ServedSite, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refuse(response, 405, 'only GET and HEAD are answered', { allow: 'GET, HEAD' });
  }
  const path = pathOf(site, request.url ?? '/');
  const content = path === undefined ? undefined : await contentOf(site, path);
  if (path === undefined || content === undefined) return refuse(response, 404, 'there is no such file', {});
  response.writeHead(200, {
    'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
    'content-length': content.length,
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : content);
};

const refuse = (response: ServerResponse, code: number, text: string, headers: Record<string, string>): void => {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`);
};

/** The declared file that a request is about; strangers' files are none. */
const pathOf = ({ layout, index }: ServedSite, url: string): string | undefined => {
  const path = decoded(url.split(/[?#]/)[0] ?? '')?.replace(/^\/|\/$/g, '');
  if (path === undefined) return undefined;
  if (layout.files.has(path)) return path;
  const inFolder = path === '' ? index : `${path}/${index}`;
  return layout.files.has(inFolder) ? inFolder : undefined;
};

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** Undefined when the file is not there, or a link is in the way. */
const contentOf = async ({ folder }: ServedSite, path: string): Promise<Buffer | undefined> => {
  try {
    const file = join(await realpath(folder), path);
    if ((await realpath(file)) !== file) return undefined;
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
};

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};
