/**
 * One instance among those that could be the transactor:
 *
 *   start ──► standing by ──(nobody leads)──► taking over ──(epoch won)──► leading
 *                  ▲                              │ another was faster        │ deposed
 *                  └──────────────────────────────┴───────────────────────────┘
 *
 * Clocks and heartbeats only say when to try. What makes it safe is that every append expects the end that is known.
 */
import type { Heartbeat } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';

import type { ReachPoint } from '../fault.js';
import type { Leader, StoreState } from '../state/store-state.js';
import type { Announcements } from './announcements.js';
import { catchUp } from './catch-up.js';
import { LeaderWatch } from './leader-watch.js';
import { takeOver } from './take-over.js';
import type { Term } from './term.js';

const PATIENCE_MS = 2_000;
const JITTER_MS = 500;
const CHECK_MS = 50;

export interface MemberOptions {
  readonly instance: string;
  readonly log: Pick<CommitLog, 'append' | 'end' | 'follow'>;
  readonly state: StoreState;
  readonly announcements: Announcements;
  readonly now: () => number;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly reach: ReachPoint;
  readonly isConnected: () => boolean;
  /** Begins to lead; called once an epoch was won. */
  readonly lead: (leader: Leader) => Term;
  readonly roleChanged: (role: Role) => void;
  readonly failed: (error: unknown) => void;
}

export type Role = 'starting' | 'standby' | 'transactor';

export class Member {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private term: Term | undefined;
  private heardSequence = 0;
  role: Role = 'starting';

  constructor(private readonly options: MemberOptions) {}

  /** Resolves once the state has caught up with the log; from then on the instance stands by or leads. */
  async start(): Promise<void> {
    const { log, state } = this.options;
    await catchUp({ log, state, end: await log.end(), signal: this.stopping.signal });
    const vacant = await this.isVacant();
    this.running = this.run(vacant).catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.options.failed(error);
    });
  }

  /** Commits of the log that are known to exist and not in the state yet. */
  get lag(): number {
    return Math.max(0, this.heardSequence - this.options.state.sequence);
  }

  /** Hands over when it leads, then ends. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.term?.handOver();
    await this.running;
  }

  private async isVacant(): Promise<boolean> {
    const { leader } = this.options.state.position;
    return leader.epoch === 0 || (await this.options.announcements.isVacant(leader));
  }

  private async run(vacant: boolean): Promise<void> {
    let mayLead = vacant;
    while (!this.stopping.signal.aborted) {
      if (!mayLead) await this.standBy();
      mayLead = false;
      if (this.stopping.signal.aborted) return;
      const leader = await takeOver({ ...this.options, signal: this.stopping.signal });
      if (leader !== undefined) await this.lead(leader);
    }
  }

  /** Follows the log until nobody seems to lead. */
  private async standBy(): Promise<void> {
    this.become('standby');
    const { log, state } = this.options;
    const following = new AbortController();
    const followed = (async () => {
      for await (const commit of log.follow({ after: state.sequence, signal: following.signal })) state.apply(commit);
    })();
    try {
      await Promise.race([this.untilNobodyLeads(), followed]);
    } finally {
      following.abort();
      await followed;
    }
  }

  private async untilNobodyLeads(): Promise<void> {
    const { announcements, now, chance, state, isConnected } = this.options;
    const watch = new LeaderWatch(PATIENCE_MS + chance() * JITTER_MS, now());
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearInterval(timer);
        stopListening();
        this.stopping.signal.removeEventListener('abort', end);
        resolve();
      };
      const check = (): void => {
        if (!isConnected()) watch.listenAnew(now());
        if (watch.check(state.position.leader.epoch, now()) !== 'alive') end();
      };
      const stopListening = announcements.listen((heartbeat) => {
        this.heardSequence = Math.max(this.heardSequence, heartbeat.sequence);
        watch.heard(heartbeat, state.position.leader.epoch, now());
        if (heartbeat.leaving === true) check();
      });
      const timer = setInterval(check, CHECK_MS);
      this.stopping.signal.addEventListener('abort', end);
      if (this.stopping.signal.aborted) end();
    });
  }

  private async lead(leader: Leader): Promise<void> {
    // Two of the same duty would only be in each other's way.
    await this.term?.stopped;
    const term = this.options.lead(leader);
    this.term = term;
    this.become('transactor');
    const stopListening = this.options.announcements.listen((heartbeat) => this.hearWhileLeading(heartbeat, term));
    if (this.stopping.signal.aborted) await term.handOver();
    await term.ended;
    stopListening();
  }

  private hearWhileLeading(heartbeat: Heartbeat, term: Term): void {
    if (heartbeat.epoch > term.leader.epoch) term.doubt();
  }

  private become(role: Role): void {
    if (this.role === role) return;
    this.role = role;
    this.options.roleChanged(role);
  }
}
