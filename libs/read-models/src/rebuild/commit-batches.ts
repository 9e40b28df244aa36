import type { Commit } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';
import type { Batch } from '../projection/commit-queue.js';

export interface BatchLimits {
  readonly events: number;
  readonly bytes: number;
}

/** The commits after one sequence and up to another, which the log must have reached, in batches. */
export async function* batchesOf(
  log: Pick<CommitLog, 'follow'>,
  range: { readonly after: number; readonly upTo: number; readonly limits: BatchLimits; readonly signal: AbortSignal },
): AsyncGenerator<Batch> {
  const { after, upTo, limits, signal } = range;
  if (after >= upTo) return;
  let batch: Commit[] = [];
  let [events, bytes] = [0, 0];
  for await (const commit of log.follow({ after, signal })) {
    batch.push(commit);
    events += commit.events.length;
    for (const { object } of commit.events) bytes += object.length;
    const isLast = commit.sequence === upTo;
    if (isLast || events >= limits.events || bytes >= limits.bytes || batch.length >= limits.events) {
      yield batch as [Commit, ...Commit[]];
      batch = [];
      [events, bytes] = [0, 0];
    }
    if (isLast) return;
  }
  signal.throwIfAborted();
}
