/**
 * Makes a folder of files out of each StaticSite and serves it over HTTP on this host.
 *
 * Drift is found by looking every two seconds rather than by watching: a look also finds what was changed while no
 * process ran, needs no watch for each folder, and costs a few system calls.
 */
import { keyText, parseKeyText } from '@holdfast/contracts';
import { defineReconciler, done, observing, stalled, waiting, watchFor } from '@holdfast/reconcile';
import type { Outcome, ReconcilerDefinition, TypedRun } from '@holdfast/reconcile';

import { conflictIn, layoutOf, STATIC_SITES } from './site.js';
import type { StaticSiteSpec, StaticSiteStatus } from './site.js';
import { SiteFolder } from './site-folder.js';
import { SiteServers } from './site-servers.js';

const LOOK_AGAIN_MS = 2_000;
/** A server outlives a few looks that come late. */
const KEPT_MS = 10_000;

export interface StaticSiteOptions {
  /** The folder that holds every site's: `<root>/<namespace>/<name>`; without one, sites are told that they are not served. */
  readonly root: string | undefined;
}

export const staticSiteReconciler = ({ root }: StaticSiteOptions): ReconcilerDefinition =>
  root === undefined ? refusing : serving(root);

const NAME = 'static-site';
const CONDITION = 'Ready';
const FINALIZER = 'sites.holdfast.dev/folder';

/** Puts no finalizer on, so that what was never made can go; what another replica made waits for one that can remove it. */
const refusing: ReconcilerDefinition = {
  name: NAME,
  for: STATIC_SITES,
  finalizer: FINALIZER,
  watches: [watchFor(STATIC_SITES)],
  reports: { version: STATIC_SITES.version, condition: CONDITION },
  reconcile: ({ key, read }) => {
    if (read.get(key) === undefined) return Promise.resolve(done);
    const message = 'the replica of the reconciler that has this site has no folder for sites (HOLDFAST_SITES_DIR)';
    return Promise.resolve(observing(waiting('NoSitesFolder', message), { url: '', files: 0 }));
  },
};

const serving = (root: string): ReconcilerDefinition => {
  const servers = new SiteServers(KEPT_MS);
  return defineReconciler({
    name: NAME,
    for: STATIC_SITES,
    concurrency: 4,
    condition: CONDITION,
    reconcile: (run) => serve(run, folderOf(root, run), servers),
    // The next replica wants the same port.
    released: (isReleased) => servers.stopThose((key) => isReleased(parseKeyText(key))),
    finalize: {
      finalizer: FINALIZER,
      run: async (run) => {
        await servers.stop(nameOf(run));
        await folderOf(root, run).remove();
        return done;
      },
    },
  });
};

type SiteRun = TypedRun<StaticSiteSpec, StaticSiteStatus>;

const serve = async (run: SiteRun, folder: SiteFolder, servers: SiteServers): Promise<Outcome> => {
  const { files, index, port } = run.spec;
  const layout = layoutOf(files);
  const conflict = conflictIn(layout);
  if (conflict !== undefined) {
    await servers.stop(nameOf(run));
    const problem = stalled('PathConflict', `"${conflict}" in spec.files is a file, and a folder of another file`);
    return observing(problem, { url: '', files: 0 });
  }
  await folder.converge(layout, run.signal);
  const ports = { wanted: port, before: portOf(run.status.url) };
  run.signal.throwIfAborted();
  const url = await servers.serve(nameOf(run), { folder: folder.path, layout, index }, ports);
  if (run.signal.aborted) await servers.stop(nameOf(run));
  run.signal.throwIfAborted();
  if (url === undefined) {
    const taken = waiting('PortTaken', `port ${port} of this host is in use by another program`, LOOK_AGAIN_MS);
    return observing(taken, { url: '', files: files.length });
  }
  const message = `${files.length} files at ${url}`;
  return { kind: 'after', ms: LOOK_AGAIN_MS, reason: 'Serving', message, status: { url, files: files.length } };
};

const nameOf = ({ key }: SiteRun): string => keyText(key);

const folderOf = (root: string, { key }: SiteRun): SiteFolder => new SiteFolder(root, [key.namespace, key.name]);

const portOf = (url: string | undefined): number | undefined =>
  url === undefined || url === '' ? undefined : Number(new URL(url).port);
