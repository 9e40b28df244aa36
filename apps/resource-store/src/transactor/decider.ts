/** Where a write is decided. Most are decided at once; what may take long is decided aside and comes back later. */
import type { Command } from '@holdfast/contracts';

import type { CommitQueue } from './commit-queue.js';
import { decideCommand } from './decide-command.js';
import type { DecisionGrounds, WriteRequest } from './decide-command.js';
import type { Verdict } from './verdict.js';

export interface DecisionTask {
  readonly command: Command;
  readonly request: WriteRequest;
  readonly body: Buffer;
  /** The newest state, whenever it is looked at. */
  readonly state: CommitQueue;
  readonly now: Date;
  /** False once the command is decided elsewhere, answered, or waits for the log. */
  readonly isWanted: () => boolean;
  /** To be called in the same turn in which the state was as the verdict says. */
  readonly decided: (verdict: Verdict) => void;
}

export interface Decider {
  decide(task: DecisionTask): void;
}

/** Decides in the turn in which it is asked. */
export const decideAtOnce = (grounds: DecisionGrounds): Decider => ({
  decide: ({ command, request, body, state, now, decided }) => {
    const { fence } = command;
    const toDecide = { request, body, ...(fence === undefined ? {} : { fence }) };
    decided(decideCommand(state, toDecide, { now, ...grounds }));
  },
});
