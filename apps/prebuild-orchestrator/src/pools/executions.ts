/**
 * Which jobs are under way. Each key has one at a time; the next one of a key begins on objects that show what the last
 * one wrote, and after a failure later each time. A job that hangs holds up no other.
 */
export interface JobResult {
  /** The newest version that it wrote; what it began is in objects of that version. */
  readonly version: number;
  /** For so long the next job of the key is begun only if it is urgent. */
  readonly restMs?: number;
  /** Why not all of it was done, when it was not. */
  readonly failure?: string;
}

interface Lane {
  readonly busy: boolean;
  /** Its next job needs objects of this version. */
  readonly version: number;
  readonly creations: number;
  readonly failures: number;
  /** Milliseconds; not before. */
  readonly next: number;
  /** Milliseconds; before that only what is urgent. */
  readonly restUntil: number;
}

/** With what a job was planned, and what it is about to do. */
export interface Planned {
  readonly version: number;
  readonly now: number;
  readonly creations: number;
  readonly isUrgent: boolean;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

export interface ExecutionsOptions {
  /** How many jobs may be under way at once. */
  readonly most: number;
  /** Called when one has ended; its key may have a next one as soon as the objects are of this version. */
  readonly onEnd: (version: number) => void;
}

export class Executions {
  private readonly lanes = new Map<string, Lane>();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: ExecutionsOptions) {}

  /** Forgets what has nothing to say any more about objects of this version. */
  seen(version: number, now: number): void {
    for (const [key, lane] of this.lanes)
      if (!lane.busy && lane.failures === 0 && lane.version <= version && lane.restUntil <= now) this.lanes.delete(key);
  }

  /** How many objects the job of a key creates that objects of this version may not show yet. */
  creations(key: string, version: number): number {
    const lane = this.lanes.get(key);
    return lane !== undefined && (lane.busy || lane.version > version) ? lane.creations : 0;
  }

  /** Begins a job unless one of its key is under way, its objects are too old, it has to wait, or too many are. */
  begin(key: string, planned: Planned, work: () => Promise<JobResult>): boolean {
    const lane = this.lanes.get(key);
    if (this.running.size >= this.options.most || (lane !== undefined && mustWait(lane, planned))) return false;
    const { version, creations } = planned;
    const failures = lane?.failures ?? 0;
    this.lanes.set(key, { busy: true, version, creations, failures, next: 0, restUntil: 0 });
    const running = work()
      .catch((error: unknown): JobResult => ({ version, failure: String(error) }))
      .then((result) => this.end(key, creations, failures, result))
      .finally(() => this.running.delete(running));
    this.running.add(running);
    return true;
  }

  /** When the next job that had to wait for time alone may begin, in milliseconds; undefined when none has to. */
  nextBegin(now: number): number | undefined {
    const times = [...this.lanes.values()]
      .filter(({ busy }) => !busy)
      .map(({ next, restUntil }) => Math.max(next, restUntil))
      // What could begin by now and was not has nothing to do any more.
      .filter((time) => time > now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Resolves when none is under way. */
  async settled(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private end(key: string, creations: number, before: number, { version, failure, restMs = 0 }: JobResult): void {
    const failures = failure === undefined ? 0 : before + 1;
    const wait = failures === 0 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
    const now = performance.now();
    this.lanes.set(key, { busy: false, version, creations, failures, next: now + wait, restUntil: now + restMs });
    this.options.onEnd(version);
  }
}

const mustWait = (lane: Lane, { version, now, isUrgent }: Planned): boolean =>
  lane.busy || lane.version > version || lane.next > now || (!isUrgent && lane.restUntil > now);
