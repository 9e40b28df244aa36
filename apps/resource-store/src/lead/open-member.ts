/** Puts one instance together over a connection and a log. */
import { CommandServer } from '@holdfast/command-client';
import type { CommandHandler } from '@holdfast/command-client';
import type { Commit } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';
import type { NatsConnection } from '@nats-io/transport-node';

import type { ReachPoint } from '../fault.js';
import type { Leader, StoreState } from '../state/store-state.js';
import type { Decider } from '../transactor/decider.js';
import { limitsFor } from '../transactor/limits.js';
import type { TransactorObserver } from '../transactor/transactor-observer.js';
import { natsAnnouncements } from './announcements.js';
import { createDefaultNamespace } from './default-namespace.js';
import { Member } from './member.js';
import type { MemberOptions } from './member.js';
import { Term } from './term.js';
import type { Duty } from './term.js';

export interface OpenMember extends Pick<MemberOptions, 'isConnected' | 'roleChanged' | 'failed'> {
  readonly nc: NatsConnection;
  readonly log: CommitLog;
  readonly state: StoreState;
  readonly instance: string;
  readonly replicas: 1 | 3;
  readonly decider: Decider;
  readonly reach: ReachPoint;
  readonly observer: TransactorObserver;
  /** Around the handling of each command. */
  readonly traced: (handler: CommandHandler) => CommandHandler;
  readonly startDuties: (leader: Leader) => readonly Duty[];
  /** A commit was taken into the state, whoever wrote it. */
  readonly applied: (commit: Commit) => void;
  /** A command could not be read, or failed in a way that is no refusal. */
  readonly reported: (error: unknown) => void;
}

export const openMember = (options: OpenMember): Member => {
  const { nc, log, state, replicas, applied } = options;
  const announcements = natsAnnouncements(nc);
  const now = (): number => Date.now();
  const lead = (leader: Leader): Term => {
    const term = new Term(leader, {
      ...options,
      announcements,
      now,
      looksByAppending: replicas === 3,
      limits: limitsFor(log.maxCommitBytes),
      serve: (transactor, handler) =>
        serve({ nc, transactor, handler: options.traced(handler), report: options.reported }),
    });
    void createDefaultNamespace(state, (command, body) => term.transactor.handle(command, body), now());
    return term;
  };
  state.onApplied(applied);
  return new Member({ ...options, announcements, now, chance: Math.random, lead });
};

const serve = (options: ConstructorParameters<typeof CommandServer>[0]): Duty => {
  const server = new CommandServer(options);
  server.start();
  return server;
};
