/** Holds what was read from the log and waits for its turn, up to a limit in bytes; one side puts, the other takes. */
interface Weighed<T> {
  readonly item: T;
  readonly bytes: number;
}

export class Outbox<T> {
  private waiting: Weighed<T>[] = [];
  private bytes = 0;
  private closed = false;
  private wakeTaker = (): void => {};
  private wakePutter = (): void => {};

  constructor(private readonly limitBytes: number) {}

  put(item: T, bytes: number): void {
    this.waiting.push({ item, bytes });
    this.bytes += bytes;
    this.wakeTaker();
  }

  /** Resolves when less than the limit waits. */
  async hasRoom(): Promise<void> {
    while (this.bytes >= this.limitBytes && !this.closed) {
      await new Promise<void>((resolve) => (this.wakePutter = resolve));
    }
  }

  /** The item that waits longest. */
  get oldest(): T | undefined {
    return this.waiting[0]?.item;
  }

  /** Resolves when something waits, or the outbox is closed. */
  async hasItems(): Promise<void> {
    while (this.waiting.length === 0 && !this.closed) {
      await new Promise<void>((resolve) => (this.wakeTaker = resolve));
    }
  }

  /** What waits, in order: at least one item, within both limits beyond that; nothing once the outbox is closed. */
  async take(count: number, bytes: number): Promise<readonly T[]> {
    await this.hasItems();
    if (this.closed) return [];
    let taken = 0;
    let weight = 0;
    for (const { bytes: more } of this.waiting) {
      if (taken > 0 && (taken === count || weight + more > bytes)) break;
      taken += 1;
      weight += more;
    }
    this.bytes -= weight;
    this.wakePutter();
    return this.waiting.splice(0, taken).map(({ item }) => item);
  }

  close(): void {
    this.closed = true;
    this.wakeTaker();
    this.wakePutter();
  }
}
