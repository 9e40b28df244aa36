/** Those who wait until something that only grows has come to a version. */
export class PositionWaiters {
  private waiting: { readonly version: number; readonly resolve: () => void }[] = [];

  /** True once `version` is reached, false when that takes longer than `limitMs`; `position` is where things stand. */
  async wait(version: number, position: number, limitMs: number): Promise<boolean> {
    if (position >= version) return true;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
    const waiter = { version, resolve: (): void => undefined };
    const reached = new Promise<true>((resolve) => (waiter.resolve = (): void => resolve(true)));
    this.waiting.push(waiter);
    const outcome = await Promise.race([reached, timeUp]);
    clearTimeout(timer);
    this.waiting = this.waiting.filter((other) => other !== waiter);
    return outcome;
  }

  reached(position: number): void {
    for (const { version, resolve } of this.waiting) if (version <= position) resolve();
  }
}
