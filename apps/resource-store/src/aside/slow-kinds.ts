/**
 * Which kinds are slow to decide in spite of small bodies: those of which none of the last decisions was quick. A single
 * slow one tells nothing; it may have waited for the processor, compiled a schema, or been the first of its kind.
 */
const QUICK_MS = 3;
const DECISIONS = 8;
/** After that, a kind is given the chance to be quick again. */
const REMEMBERED_MS = 60_000;

export class SlowKinds {
  /** By a revision of a kind: how many decisions in a row were slow, and when the last one was. */
  private readonly slow = new Map<string, { readonly inARow: number; readonly at: number }>();

  took(kind: string, milliseconds: number, now: number): void {
    if (milliseconds <= QUICK_MS) this.slow.delete(kind);
    else this.slow.set(kind, { inARow: (this.slow.get(kind)?.inARow ?? 0) + 1, at: now });
  }

  isSlow(kind: string, now: number): boolean {
    const known = this.slow.get(kind);
    if (known === undefined || known.inARow < DECISIONS) return false;
    if (now - known.at < REMEMBERED_MS) return true;
    this.slow.delete(kind);
    return false;
  }
}
