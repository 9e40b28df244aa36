/**
 * How far the feeds are: the newest of each, told now and then. Told each time, it would wake the transactor's thread
 * twice for every commit.
 */
import type { FeedsMessage } from './feeds.js';

const EVERY_MS = 50;

type Step = Extract<FeedsMessage, { kind: 'published' | 'projected' }>;

export class Progress {
  private readonly newest = new Map<Step['kind'], Step>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly tell: (message: FeedsMessage) => void) {}

  made(step: Step): void {
    this.newest.set(step.kind, step);
    this.timer ??= setTimeout(() => this.tellAll(), EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private tellAll(): void {
    this.timer = undefined;
    for (const step of this.newest.values()) this.tell(step);
    this.newest.clear();
  }
}
