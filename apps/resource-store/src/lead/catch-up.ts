import type { CommitLog } from '@holdfast/log';

import type { StoreState } from '../state/store-state.js';

export interface CatchUp {
  readonly log: Pick<CommitLog, 'follow'>;
  readonly state: StoreState;
  readonly end: number;
  readonly signal: AbortSignal;
}

/** Applies the log to the state until it stands at `end`, or the signal ends it. */
export const catchUp = async ({ log, state, end, signal }: CatchUp): Promise<void> => {
  if (state.sequence >= end || signal.aborted) return;
  const reached = new AbortController();
  const stop = (): void => reached.abort();
  signal.addEventListener('abort', stop);
  try {
    for await (const commit of log.follow({ after: state.sequence, signal: reached.signal })) {
      state.apply(commit);
      if (state.sequence >= end) return;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    reached.abort();
  }
};
