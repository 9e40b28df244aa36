/** Tells in the status of each Reconciler whether it is accepted and how its work goes. */
import { done, generationChanged, retry, watchFor, watchMapped, WriteRefused } from '@holdfast/reconcile';
import type { ObjectReader, ReconcilerDefinition } from '@holdfast/reconcile';

import type { Verdict } from './judge-reconcilers.js';
import { DEFINITIONS } from './known-kinds.js';
import { RECONCILERS } from './reconciler-kind.js';
import { reconcilerStatus } from './reconciler-status.js';

export const registrations = (verdicts: () => ReadonlyMap<string, Verdict>): ReconcilerDefinition => ({
  name: 'reconciler-registrations',
  watches: [
    watchFor(RECONCILERS),
    // Who comes, goes or changes may make room for another, or take it.
    watchMapped(RECONCILERS, (_, read) => keysOf(read), generationChanged),
    watchMapped(DEFINITIONS, (_, read) => keysOf(read)),
  ],
  reconcile: async (run) => {
    const state = run.read.get(run.key);
    const verdict = verdicts().get(run.key.name);
    if (state === undefined || verdict === undefined) return done;
    const objects = verdict.status === 'accepted' ? run.read.list(verdict.reconciler.for) : [];
    const status = reconcilerStatus({ state, verdict, objects, now: run.now });
    if (status !== undefined) {
      const result = await run.write.updateStatus(state, RECONCILERS.version, status);
      if (!result.ok) return retry(new WriteRefused(run.key, result.refusal));
    }
    return done;
  },
});

const keysOf = (read: ObjectReader) => read.list(RECONCILERS).map(({ key }) => key);
