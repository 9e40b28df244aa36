/** What warmth costs: for how many seconds ready instances of each preset waited, all together. */
interface Idle {
  readonly seconds: number;
  readonly ready: number;
  /** Milliseconds. */
  readonly since: number;
}

export class IdleTime {
  private readonly presets = new Map<string, Idle>();

  /** From now on so many are ready; what was counted before this process is given at first. Gives the seconds added. */
  ready(preset: string, count: number, now: number, before: number): number {
    const known = this.presets.get(preset) ?? { seconds: before, ready: count, since: now };
    const added = known.ready * Math.max(0, (now - known.since) / 1_000);
    this.presets.set(preset, { seconds: known.seconds + added, ready: count, since: now });
    return added;
  }

  seconds(preset: string): number {
    return this.presets.get(preset)?.seconds ?? 0;
  }

  /** Forgets the presets that are not among these. */
  keep(presets: ReadonlySet<string>): void {
    for (const preset of this.presets.keys()) if (!presets.has(preset)) this.presets.delete(preset);
  }
}
