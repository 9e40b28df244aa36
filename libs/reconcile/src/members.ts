/**
 * Who is there, by when somebody was last heard. It judges oneself by the rule that it judges others by: a replica that
 * does not hear its own announcements is as good as dead to everybody, so it holds itself to be.
 *
 *   heard within the silence limit ──► there
 *   silent for longer, or never heard ──► gone, once we have listened for a while ourselves without a break
 *   said goodbye ──► gone at once
 */
export interface MembersOptions {
  readonly me: string;
  /** Silent for so long, a member is gone. */
  readonly silenceMs: number;
  /** After so long of listening everybody who is there was heard: each answers a newcomer at once. */
  readonly listenMs: number;
}

export class Members {
  private readonly heardAt = new Map<string, number>();
  private readonly left = new Set<string>();
  private listeningSince: number | undefined;

  constructor(private readonly options: MembersOptions) {}

  /** Times are from a monotonic clock. True when the member was not known to be there. */
  heard(id: string, now: number): boolean {
    const isNews = !this.wasHeardLately(id, now);
    if (id === this.options.me && isNews) this.listeningSince = now;
    if (!this.left.has(id)) this.heardAt.set(id, now);
    return isNews;
  }

  /** Goodbyes are for ever: whoever comes back has another id. */
  said(goodbye: string): void {
    this.left.add(goodbye);
    this.heardAt.delete(goodbye);
  }

  /** Whether others can hear us: only then may we work. */
  isHeard(now: number): boolean {
    return this.wasHeardLately(this.options.me, now);
  }

  /** Those among whom partitions are shared out: who is there, and holders that may be there without our having heard. */
  present(holders: readonly (string | undefined)[], now: number): readonly string[] {
    const heard = [...this.heardAt.keys()].filter((id) => this.wasHeardLately(id, now));
    const doubtful = this.hasListened(now) ? [] : holders.filter((holder) => this.mayBeThere(holder));
    return [...new Set([...heard, ...doubtful])];
  }

  private mayBeThere(holder: string | undefined): holder is string {
    return holder !== undefined && !this.left.has(holder);
  }

  private wasHeardLately(id: string, now: number): boolean {
    const at = this.heardAt.get(id);
    return at !== undefined && now - at <= this.options.silenceMs;
  }

  private hasListened(now: number): boolean {
    const since = this.listeningSince;
    return since !== undefined && this.isHeard(now) && now - since >= this.options.listenMs;
  }
}
