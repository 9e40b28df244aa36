/** The time in which this instance is the transactor: from an epoch it won until another opens the next, or it hands over. */
import type { Answer } from '@holdfast/command-client';
import type { Command, Heartbeat } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import type { Leader, StoreState } from '../state/store-state.js';
import { Transactor } from '../transactor/transactor.js';
import type { TransactorOptions } from '../transactor/transactor.js';
import type { Announcements } from './announcements.js';
import { catchUp } from './catch-up.js';

const HEARTBEAT_MS = 500;
const DRAIN_LIMIT_MS = 2_000;
const STOP_LIMIT_MS = 3_500;

/** What runs only where the transactor is. */
export interface Duty {
  stop(): Promise<void>;
}

export interface TermOptions extends Omit<TransactorOptions, 'catchUp' | 'log' | 'leader'> {
  readonly log: Pick<CommitLog, 'append' | 'end' | 'readEvent' | 'follow'>;
  readonly announcements: Announcements;
  /** Begins to take commands as `leader`; stopping takes no more, and waits for the answers to those that were taken. */
  readonly serve: (leader: Leader, handle: (command: Command, body: Buffer) => Promise<Answer | undefined>) => Duty;
  /** Begins what else the transactor does: publishing, projecting. */
  readonly startDuties: (leader: Leader) => readonly Duty[];
}

export class Term {
  readonly transactor: Transactor;
  /** Resolves when this instance is the transactor no more. */
  readonly ended: Promise<void>;
  /** Resolves when nothing of this term runs any more. */
  readonly stopped: Promise<void>;
  private readonly ending = new AbortController();
  private readonly server: Duty;
  private readonly duties: readonly Duty[];
  private readonly heartbeats: NodeJS.Timeout;
  private tellEnded = (): void => {};
  private isEnding = false;

  constructor(
    readonly leader: Leader,
    private readonly options: TermOptions,
  ) {
    this.ended = new Promise((resolve) => (this.tellEnded = resolve));
    this.stopped = this.ended.then(() => this.stopDuties());
    this.transactor = new Transactor({ ...options, leader, catchUp: (end) => this.catchUp(end) });
    this.server = options.serve(leader, (command, body) => this.transactor.handle(command, body));
    this.duties = [this.server, ...options.startDuties(leader)];
    this.heartbeats = setInterval(() => this.announce(), HEARTBEAT_MS);
    this.announce();
  }

  /** Somebody speaks of a newer epoch: the log's end tells whether that is so. */
  doubt(): void {
    this.transactor.look();
  }

  /** Finishes what was begun, takes nothing new, and tells the standbys that they need not wait. */
  async handOver(): Promise<void> {
    if (this.isEnding) return;
    clearInterval(this.heartbeats);
    await Promise.race([this.server.stop(), delay(DRAIN_LIMIT_MS)]);
    this.announce({ leaving: true });
    this.end();
    await this.stopped;
  }

  private async catchUp(end: number): Promise<boolean> {
    const { log, state } = this.options;
    await catchUp({ log, state, end, signal: this.ending.signal });
    const { instance, epoch } = state.position.leader;
    const remains = instance === this.leader.instance && epoch === this.leader.epoch;
    if (!remains) this.end();
    return remains;
  }

  private end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.ending.abort();
    clearInterval(this.heartbeats);
    this.transactor.close();
    this.tellEnded();
  }

  private async stopDuties(): Promise<void> {
    const stopped = Promise.allSettled(this.duties.map((duty) => duty.stop()));
    await Promise.race([stopped, delay(STOP_LIMIT_MS)]);
  }

  private announce(more: Pick<Heartbeat, 'leaving'> = {}): void {
    this.options.announcements.announce({ ...this.leader, sequence: this.sequence, ...more });
  }

  private get sequence(): number {
    const { state }: { state: StoreState } = this.options;
    return state.sequence;
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
