/** The writes that came with an Idempotency-Key, for 24 hours; bounded in number, the oldest go first. */
const KEPT_MS = 24 * 60 * 60 * 1000;
const KEPT_AT_MOST = 100_000;

export interface IdempotentWrite {
  /** Hash of the body that came with the key, hex. */
  readonly body: string;
  /** Version of the write's first event. */
  readonly version: number;
  /** The commit's time. */
  readonly at: number;
}

export class IdempotencyMemory {
  /** Hashes are kept as 32 characters instead of 64; the order of insertion is the order of age. */
  private readonly writes = new Map<string, IdempotentWrite>();

  constructor(private readonly keptAtMost = KEPT_AT_MOST) {}

  remember(key: string, write: IdempotentWrite): void {
    const short = shorten(key);
    this.writes.delete(short);
    this.writes.set(short, { ...write, body: shorten(write.body) });
    for (const [oldest, { at }] of this.writes) {
      if (this.writes.size <= this.keptAtMost && at + KEPT_MS > write.at) return;
      this.writes.delete(oldest);
    }
  }

  find(key: string, now: number): IdempotentWrite | undefined {
    const write = this.writes.get(shorten(key));
    if (write === undefined || write.at + KEPT_MS <= now) return undefined;
    return { ...write, body: lengthen(write.body) };
  }

  /** Everything remembered, oldest first, as `remember` takes it. */
  *all(): IterableIterator<{ readonly key: string; readonly write: IdempotentWrite }> {
    for (const [key, write] of this.writes)
      yield { key: lengthen(key), write: { ...write, body: lengthen(write.body) } };
  }
}

const shorten = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');
const lengthen = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('hex');
