/**
 * Which kinds are slow to decide in spite of small bodies, by the running mean of what their decisions took. A mean,
 * since a single one may have waited for the processor, compiled a schema, or collected garbage.
 */
const SLOW_MS = 3;
const WEIGHT = 0.2;
const ENOUGH = 5;
/** After that, a kind is given the chance to be quick again. */
const REMEMBERED_MS = 60_000;

interface Measured {
  readonly decisions: number;
  readonly meanMs: number;
  readonly slowSince: number | undefined;
}

export class SlowKinds {
  private readonly measured = new Map<string, Measured>();

  /** `kind` names a revision of a kind. */
  took(kind: string, milliseconds: number, now: number): void {
    const { decisions, meanMs } = this.measured.get(kind) ?? { decisions: 0, meanMs: 0 };
    const mean = decisions === 0 ? milliseconds : meanMs + WEIGHT * (milliseconds - meanMs);
    const isSlow = decisions + 1 >= ENOUGH && mean > SLOW_MS;
    this.measured.set(kind, { decisions: decisions + 1, meanMs: mean, slowSince: isSlow ? now : undefined });
  }

  isSlow(kind: string, now: number): boolean {
    const since = this.measured.get(kind)?.slowSince;
    if (since === undefined) return false;
    if (now - since < REMEMBERED_MS) return true;
    this.measured.delete(kind);
    return false;
  }
}
