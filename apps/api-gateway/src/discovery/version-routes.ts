/** `/version`: what clients compare themselves with. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

import { sendJson } from '../http/answer.js';
import type { PlainRoute } from '../http/wire.js';

/** The Kubernetes whose wire this is; kubectl warns when its own minor version is further away than one. */
const MAJOR = '1';
const MINOR = '36';

export const versionRoutes = (): PlainRoute[] => {
  const body = versionInfo(productVersion());
  return ['/version', '/version/'].map((path) => ({
    method: 'GET',
    path,
    open: true,
    handler: (_request, reply) => sendJson(reply, 200, body),
  }));
};

const versionInfo = (product: string) => ({
  major: MAJOR,
  minor: MINOR,
  gitVersion: `v${MAJOR}.${MINOR}.0+holdfast-${product}`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node ${process.version}`,
  compiler: 'tsc',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
});

/** The version of the product, as its package says. */
export const productVersion = (): string => {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
};
