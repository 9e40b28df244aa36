/**
 * Decides when a snapshot is due: after so many commits or bytes of log. A standby takes it at the first mark; the
 * transactor waits for a second one, so that it takes none itself where there is a standby.
 */
import type { Commit } from '@holdfast/contracts';
import type { LogIdentity } from '@holdfast/log';

import type { StoreState } from '../state/store-state.js';
import type { SnapshotSink } from './take-snapshot.js';
import { takeSnapshot } from './take-snapshot.js';

const COMMITS = 20_000;
const BYTES = 64 * 1024 * 1024;
const TRANSACTOR_FACTOR = 1.5;
/** At a planned stop, fewer commits than these are read from the log as quickly. */
const WORTH_STOPPING_FOR = 1_000;

export interface SnapshotKeeperOptions {
  readonly state: StoreState;
  readonly log: LogIdentity;
  readonly open: (sequence: number) => SnapshotSink & { abandon(): Promise<void> };
  /** The sequence of the newest complete snapshot, whoever took it; 0 without one. */
  readonly newest: () => Promise<number>;
  readonly isTransactor: () => boolean;
  readonly taken: (sequence: number, milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
}

export class SnapshotKeeper {
  private commits = 0;
  private bytes = 0;
  private taking: Promise<void> | undefined;
  private sink: { abandon(): Promise<void> } | undefined;

  constructor(private readonly options: SnapshotKeeperOptions) {}

  /** A commit was taken into the state. */
  applied(commit: Commit): void {
    this.commits += 1;
    for (const { object } of commit.events) this.bytes += object.length;
    if (this.taking === undefined && this.isDue()) void this.takeUnlessTaken();
  }

  /** Takes a last snapshot where it makes the next start quicker, within the time given. */
  async stop(limitMs: number): Promise<void> {
    if (this.taking === undefined && this.commits >= WORTH_STOPPING_FOR) this.begin();
    const limit = setTimeout(() => void this.sink?.abandon(), limitMs);
    while (this.taking !== undefined) await this.taking;
    clearTimeout(limit);
  }

  private isDue(): boolean {
    const factor = this.options.isTransactor() ? TRANSACTOR_FACTOR : 1;
    return this.commits >= COMMITS * factor || this.bytes >= BYTES * factor;
  }

  private async takeUnlessTaken(): Promise<void> {
    const { newest, state, failed } = this.options;
    this.taking = newest().then(
      (sequence) => {
        this.taking = undefined;
        const missing = state.sequence - sequence;
        if (missing < this.commits / 2) this.restart(missing);
        else this.begin();
      },
      (error: unknown) => {
        this.taking = undefined;
        this.restart(0);
        failed(error);
      },
    );
  }

  private begin(): void {
    const { state, log, open, taken, failed } = this.options;
    const { sequence } = state;
    const started = performance.now();
    this.restart(0);
    const opened = (at: number): SnapshotSink => {
      const sink = open(at);
      this.sink = sink;
      return sink;
    };
    this.taking = takeSnapshot(state, log, opened)
      .then(() => taken(sequence, performance.now() - started), failed)
      .finally(() => {
        this.taking = undefined;
        this.sink = undefined;
      });
  }

  private restart(commits: number): void {
    this.commits = commits;
    this.bytes = 0;
  }
}
