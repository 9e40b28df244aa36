/** Claims that wait for a workspace that is starting, in the order in which they came. */
import type { OpenClaim } from './claim-desk.js';

export interface WaitingClaim {
  readonly claim: OpenClaim;
  /** As `poolName` calls it. */
  readonly pool: string;
  /** Resolves when it waits no more. */
  readonly ended: Promise<void>;
}

interface Entry extends WaitingClaim {
  readonly end: () => void;
  timer: NodeJS.Timeout | undefined;
  busy: boolean;
}

export class WaitingLine {
  private readonly entries = new Map<string, Entry>();

  /** Calls back once its time is up. */
  add(
    name: string,
    claim: OpenClaim,
    { pool, until }: { readonly pool: string; readonly until: Date },
    onTime: () => void,
  ): void {
    if (this.entries.has(name)) return;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const entry: Entry = { claim, pool, ended, end, timer: undefined, busy: false };
    this.entries.set(name, entry);
    this.arm(entry, until, onTime);
  }

  find(name: string): WaitingClaim | undefined {
    return this.entries.get(name);
  }

  remove(name: string): void {
    const entry = this.entries.get(name);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.entries.delete(name);
    entry.end();
  }

  /** How many wait for that pool and came before; all of them, for one that does not wait yet. */
  ahead(pool: string, name: string): number {
    let count = 0;
    for (const [other, entry] of this.entries) {
      if (other === name) return count;
      if (entry.pool === pool) count += 1;
    }
    return count;
  }

  /** Those for which nothing is under way, the first first. */
  idle(pool: string): readonly WaitingClaim[] {
    return [...this.entries.values()].filter((entry) => !entry.busy && entry.pool === pool);
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** Those that somebody waits for. */
  pools(): ReadonlySet<string> {
    return new Set([...this.entries.values()].map(({ pool }) => pool));
  }

  /** While the work is under way, the claim is not among the idle ones. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const entry = this.entries.get(name);
    if (entry !== undefined) entry.busy = true;
    try {
      return await work();
    } finally {
      if (entry !== undefined) entry.busy = false;
    }
  }

  /** Timers count from the beginning of their turn of the event loop, so in a long one they fire early. */
  private arm(entry: Entry, until: Date, onTime: () => void): void {
    const left = until.getTime() - Date.now();
    const isDue = (): boolean => Date.now() >= until.getTime();
    entry.timer = setTimeout(() => (isDue() ? onTime() : this.arm(entry, until, onTime)), Math.max(left, 0));
  }

  clear(): void {
    for (const name of [...this.entries.keys()]) this.remove(name);
  }
}
