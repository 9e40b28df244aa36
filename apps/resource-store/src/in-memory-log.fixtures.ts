/** A log in memory whose appends and looks wait while the test holds them. */
import { decodeCommit, encodeCommit, positionOf } from '@holdfast/contracts';
import type { Commit, CommitHeader, NewEvent } from '@holdfast/contracts';
import type { Append, AppendOutcome, CommitLog, Follow, LocatedEvent } from '@holdfast/log';

export class InMemoryLog implements CommitLog {
  readonly identity = { stream: 'HOLDFAST_LOG', created: '2026-01-01T10:00:00Z' };
  readonly maxCommitBytes = 8 * 1024 * 1024;
  readonly commits: Commit[] = [];
  looks = 0;
  private held: (() => void)[] | undefined;
  private readonly followers = new Set<() => void>();

  /** From now on, what is asked of the log waits. */
  hold(): void {
    this.held ??= [];
  }

  /** Lets what waits happen, and everything after it. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const go of held) go();
  }

  /** Somebody else appends. */
  write(header: Partial<CommitHeader>, events: readonly NewEvent[] = []): Commit {
    const full: CommitHeader = {
      schema: 1,
      id: `foreign-${this.commits.length + 1}`,
      epoch: 1,
      instance: 'other',
      time: '2026-01-01T10:00:00.000Z',
      commands: [],
      ...header,
    };
    return this.take(encodeCommit(full, events));
  }

  async append({ data, expectedSequence, signal }: Append): Promise<AppendOutcome> {
    await this.passed();
    if (signal?.aborted === true) throw new Error('given up');
    if (expectedSequence !== this.commits.length) return { status: 'refused', end: this.commits.length };
    return { status: 'accepted', sequence: this.take(Buffer.from(data)).sequence };
  }

  async end(): Promise<number> {
    this.looks += 1;
    await this.passed();
    return this.commits.length;
  }

  async read(sequence: number): Promise<Commit | undefined> {
    return this.commits[sequence - 1];
  }

  async last(): Promise<Commit | undefined> {
    return this.commits.at(-1);
  }

  async readEvent(version: number): Promise<LocatedEvent | undefined> {
    const commit = this.commits[positionOf(version).sequence - 1];
    const event = commit?.events.find((candidate) => candidate.version === version);
    return commit === undefined || event === undefined ? undefined : { commit, event };
  }

  async *follow({ after, signal }: Follow): AsyncIterable<Commit> {
    for (let next = after; !signal.aborted; next++) {
      while (this.commits[next] === undefined && !signal.aborted) await this.changed(signal);
      const commit = this.commits[next];
      if (commit !== undefined && !signal.aborted) yield commit;
    }
  }

  private take(data: Buffer): Commit {
    const commit = decodeCommit(data, this.commits.length + 1, Date.parse('2026-01-01T10:00:00Z'));
    this.commits.push(commit);
    for (const wake of this.followers) wake();
    return commit;
  }

  private async passed(): Promise<void> {
    const { held } = this;
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
  }

  private async changed(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.followers.delete(wake);
        resolve();
      };
      this.followers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
