/** Opens a new epoch with this instance as the transactor. */
import { randomUUID } from 'node:crypto';

import { boundaryOf, COMMIT_SCHEMA_VERSION, encodeCommit } from '@holdfast/contracts';
import type { Commit, CommitHeader } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import type { ReachPoint } from '../fault.js';
import type { Leader, StoreState } from '../state/store-state.js';
import { catchUp } from './catch-up.js';

export interface TakeOver {
  readonly log: Pick<CommitLog, 'append' | 'follow'>;
  readonly state: StoreState;
  readonly instance: string;
  readonly now: () => number;
  readonly reach: ReachPoint;
  readonly signal: AbortSignal;
}

/** Resolves with this instance as leader, or undefined when another one was faster. */
export const takeOver = async (options: TakeOver): Promise<Leader | undefined> => {
  const { log, state, instance, now, reach, signal } = options;
  for (;;) {
    const commit = epochCommit(state, instance, now());
    reach('before-take-over');
    const data = encodeCommit(commit.header, []);
    const expectedSequence = state.sequence;
    const outcome = await log.append({ id: commit.header.id, data, expectedSequence, signal });
    if (outcome.status === 'accepted') {
      state.apply(commit);
      reach('after-take-over');
      return state.position.leader;
    }
    await catchUp({ log, state, end: outcome.end, signal });
    if (signal.aborted || state.position.leader.epoch >= commit.header.epoch) return undefined;
  }
};

const epochCommit = ({ position }: StoreState, instance: string, now: number): Commit => {
  const { sequence, leader, base } = position;
  const header: CommitHeader = {
    schema: COMMIT_SCHEMA_VERSION,
    id: randomUUID(),
    epoch: leader.epoch + 1,
    instance,
    time: new Date(now).toISOString(),
    ...(base === 0 ? {} : { base }),
    takeover: true,
    commands: [],
  };
  return { header, sequence: sequence + 1, timestamp: now, boundary: boundaryOf(sequence + 1, base), events: [] };
};
