import { PROJECTED_SUBJECT, PROJECTOR_NUDGE_SUBJECT } from '@holdfast/contracts';
import type { Projected } from '@holdfast/contracts';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

/** Thrown when the rows had not reached a version by the deadline. */
export class ProjectionBehind extends Error {
  override readonly name = 'ProjectionBehind';

  constructor(
    readonly wanted: number,
    readonly reached: number,
  ) {
    super(`the read models have reached version ${reached}, ${wanted} was waited for`);
  }
}

interface Waiter {
  readonly boundary: number;
  readonly resolve: () => void;
  readonly giveUp: () => void;
}

/** An announcement can be lost, so whoever still waits asks again. */
const NUDGE_AGAIN_MS = 100;

/** Lets readers wait until the rows have reached a version. Nobody polls the database: the projector announces. */
export class ProjectionWatch {
  private readonly announcements: Subscription;
  private readonly waiters = new Set<Waiter>();
  private nudging: NodeJS.Timeout | undefined;
  private reached = 0;

  constructor(private readonly nc: NatsConnection) {
    this.announcements = nc.subscribe(PROJECTED_SUBJECT, {
      callback: (error, message) => {
        // Empty: the server says that nobody heard a nudge.
        if (error === null && message.data.length > 0) this.observe(message.json<Projected>().boundary);
      },
    });
  }

  /** Resolves when the rows hold everything up to `boundary`; throws ProjectionBehind at the deadline (ms since 1970). */
  async waitUntil(boundary: number, { deadline }: { deadline: number }): Promise<void> {
    if (this.reached >= boundary) return;
    let waiter: Waiter | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const giveUp = (): void => reject(new ProjectionBehind(boundary, this.reached));
        waiter = { boundary, resolve, giveUp };
        this.waiters.add(waiter);
        timer = setTimeout(giveUp, deadline - Date.now());
        this.nudge();
      });
    } finally {
      clearTimeout(timer);
      if (waiter !== undefined) this.waiters.delete(waiter);
      if (this.waiters.size === 0) this.rest();
    }
  }

  /** Nobody waits any longer: whoever does is told that the rows are behind. */
  close(): void {
    for (const waiter of this.waiters) waiter.giveUp();
    this.rest();
    this.announcements.unsubscribe();
  }

  /** The newest announcement counts even when it is lower: a database that was lost begins anew. */
  private observe(boundary: number): void {
    this.reached = boundary;
    for (const waiter of this.waiters) if (waiter.boundary <= boundary) waiter.resolve();
  }

  private nudge(): void {
    if (this.nc.isClosed()) return;
    this.nc.publish(PROJECTOR_NUDGE_SUBJECT);
    this.nudging ??= setInterval(() => this.nudge(), NUDGE_AGAIN_MS);
  }

  private rest(): void {
    clearInterval(this.nudging);
    this.nudging = undefined;
  }
}
