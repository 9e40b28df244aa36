/**
 * The way of watches from old versions to the ring: what the ring no longer has is read from the log. All that are on
 * the way share one reading. A pass begins at the oldest version that anybody needs and ends at the ring; whoever is
 * ahead of it waits for it, whoever comes too late or takes too long waits for the next.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { positionOf } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';
import { resourceName } from './commit-ring.js';
import { HubEvent } from './hub-event.js';
import type { HubLog, WatchHub } from './watch-hub.js';
import type { Watcher } from './watcher.js';

interface Passenger {
  readonly watcher: Watcher;
  readonly arrived: () => void;
  readonly failed: (error: unknown) => void;
  /** Its reader still takes what the pass has told it. */
  busy: Promise<void> | undefined;
}

/** Commits that are read before they are told. */
const BATCH = 64;
/** How long a pass waits for its slowest reader. */
const PATIENCE_MS = 1_000;

export class LogPasses {
  private readonly passengers = new Set<Passenger>();
  private running = false;
  /** Ends the pass that is under way. */
  private ending = new AbortController();

  constructor(
    private readonly hub: Pick<WatchHub, 'floor' | 'head'>,
    private readonly log: HubLog,
  ) {}

  /** Tells a watch what it has missed; resolves when it has joined the ring without gap or repeat, or is closed. */
  bring(watcher: Watcher): Promise<void> {
    return new Promise((arrived, failed) => {
      const passenger: Passenger = { watcher, arrived, failed, busy: undefined };
      if (this.hasArrived(passenger)) return;
      this.passengers.add(passenger);
      watcher.signal.addEventListener('abort', () => this.leave(passenger));
      if (!this.running) void this.run();
    });
  }

  private leave(passenger: Passenger): void {
    this.passengers.delete(passenger);
    passenger.arrived();
    if (this.passengers.size === 0) this.ending.abort();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.passengers.size > 0) {
      const first = this.mostBehind();
      if (first === undefined) {
        await this.anyoneFree();
        continue;
      }
      try {
        await this.pass(first.watcher.toldUpTo);
      } catch (error) {
        // It is what the first one needs that cannot be read; the others try without it.
        this.passengers.delete(first);
        first.failed(error);
      }
    }
    this.running = false;
  }

  private async pass(after: number): Promise<void> {
    const ending = (this.ending = new AbortController());
    const start = await sequenceBefore(this.log, after, this.hub.head);
    let position = after;
    let batch: Commit[] = [];
    for await (const commit of this.log.follow({ after: start, signal: ending.signal })) {
      batch.push(commit);
      // The floor moves while the log is read, hence it is asked each time.
      if (batch.length < BATCH && commit.boundary < this.hub.floor) continue;
      if (!(await this.tell(batch, position))) break;
      position = commit.boundary;
      batch = [];
    }
    ending.abort();
  }

  /** False when nobody needed these commits: what comes next is needed by nobody either. */
  private async tell(batch: readonly Commit[], position: number): Promise<boolean> {
    const end = (batch.at(-1) as Commit).boundary;
    const riders = [...this.passengers].filter(
      ({ busy, watcher }) => busy === undefined && watcher.toldUpTo >= position && watcher.toldUpTo < end,
    );
    const events = new EventsByResource(batch);
    const told = riders.map((rider) => (rider.busy = this.tellRider(rider, events.of(rider.watcher.resource), end)));
    await Promise.race([Promise.all(told), sleep(PATIENCE_MS, undefined, { ref: false })]);
    return riders.length > 0;
  }

  private async tellRider(rider: Passenger, events: readonly HubEvent[], end: number): Promise<void> {
    await rider.watcher.tell(events);
    rider.watcher.startsAt(end);
    rider.busy = undefined;
    this.hasArrived(rider);
  }

  private hasArrived(passenger: Passenger): boolean {
    const { watcher, arrived } = passenger;
    if (!watcher.isClosed && watcher.toldUpTo < this.hub.floor) return false;
    this.passengers.delete(passenger);
    watcher.join();
    arrived();
    return true;
  }

  /** Resolves when somebody's reader has taken all, at once when nobody is left. */
  private async anyoneFree(): Promise<void> {
    const busy = [...this.passengers].map((passenger) => passenger.busy ?? Promise.resolve());
    if (busy.length > 0) await Promise.race(busy);
  }

  private mostBehind(): Passenger | undefined {
    let first: Passenger | undefined;
    for (const passenger of this.passengers) {
      if (passenger.busy !== undefined || this.hasArrived(passenger)) continue;
      if (first === undefined || passenger.watcher.toldUpTo < first.watcher.toldUpTo) first = passenger;
    }
    return first;
  }
}

/** The events of some commits, sorted for those who ask. */
class EventsByResource {
  private readonly known = new Map<string, readonly HubEvent[]>();

  constructor(private readonly commits: readonly Commit[]) {}

  of(resource: string): readonly HubEvent[] {
    let events = this.known.get(resource);
    if (events === undefined) this.known.set(resource, (events = this.select(resource)));
    return events;
  }

  private select(resource: string): readonly HubEvent[] {
    return this.commits.flatMap(({ events }) =>
      events
        .filter(({ record }) => resourceName(record.group, record.resource) === resource)
        .map((event) => new HubEvent(event)),
    );
  }
}

/** The sequence of a commit such that all events after `version` stand behind it. */
const sequenceBefore = async (
  log: HubLog,
  version: number,
  head: { readonly sequence: number; readonly base: number },
): Promise<number> => {
  if (version >= head.base) return Math.max(0, positionOf(version, head.base).sequence - 1);
  // Before a restore versions counted from another base, but boundaries rise: halve the log until found.
  let [low, high] = [0, head.sequence];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const commit = await log.read(middle);
    if (commit !== undefined && commit.boundary <= version) low = middle;
    else high = middle - 1;
  }
  return low;
};
