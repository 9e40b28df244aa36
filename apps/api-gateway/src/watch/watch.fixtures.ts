/** A log in memory, commits that speak, and a reader that notes what it is told. */
import { boundaryOf, decodeCommit, encodeCommit, encodeObject } from '@holdfast/contracts';
import type { Commit, EventRecord, EventType, LogEvent, NewEvent } from '@holdfast/contracts';
import type { WatchSink } from './watcher.js';

export interface TestEvent {
  readonly name: string;
  readonly type?: EventType;
  readonly namespace?: string;
  readonly resource?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly previous?: number;
  readonly was?: EventRecord['was'];
  readonly spec?: object;
}

const GROUP = 'fab.dev';
export const WIDGETS = `${GROUP}/widgets`;

/** The object that a test event leaves behind. */
const newEvent = (event: TestEvent): NewEvent => {
  const { name, type = 'created', namespace = 'default', resource = 'widgets', labels, spec = {} } = event;
  const metadata = { name, namespace, ...(labels === undefined ? {} : { labels }) };
  return {
    record: {
      type,
      group: GROUP,
      resource,
      namespace,
      name,
      uid: `uid-of-${name}`,
      kind: 'Widget',
      apiVersion: 'v1',
      changed: [''],
      ...(event.previous === undefined ? {} : { previous: event.previous }),
      ...(event.was === undefined ? {} : { was: event.was }),
      ...(event.fields === undefined ? {} : { fields: event.fields }),
    },
    object: encodeObject({ apiVersion: `${GROUP}/v1`, kind: 'Widget', metadata, spec } as never),
  };
};

/** The commit at a sequence, of one command with these events. */
export const commit = (sequence: number, ...events: readonly TestEvent[]): Commit =>
  decodeCommit(encodedCommit(`commit-${sequence}`, ...events), sequence, 1_000 * sequence);

/** The bytes of a commit. */
export const encodedCommit = (id: string, ...events: readonly TestEvent[]): Buffer =>
  encodeCommit(
    {
      schema: 1,
      id,
      epoch: 1,
      instance: 'test',
      time: '2026-01-01T10:00:00.000Z',
      commands: [{ id: `${id}-command`, events: events.length, actor: 'tester', requestID: id, correlationID: id }],
    },
    events.map(newEvent),
  );

/** A log whose commits are appended by the test; followers see them as they come. */
export class LogInMemory {
  readonly commits: Commit[] = [];
  /** How often somebody began to follow. */
  reads = 0;
  /** Followers get nothing while NATS is away. */
  stalled = false;
  /** Reads of events fail while NATS is away. */
  away = false;
  private wake: (() => void)[] = [];

  append(...events: readonly TestEvent[]): Commit {
    const appended = commit(this.commits.length + 1, ...events);
    this.commits.push(appended);
    for (const wake of this.wake.splice(0)) wake();
    return appended;
  }

  get boundary(): number {
    return boundaryOf(this.commits.length);
  }

  async last(): Promise<Commit | undefined> {
    return this.commits.at(-1);
  }

  async readEvent(version: number): Promise<{ commit: Commit; event: LogEvent } | undefined> {
    if (this.away) throw new Error('NATS is away');
    for (const found of this.commits) {
      const event = found.events.find((candidate) => candidate.version === version);
      if (event !== undefined) return { commit: found, event };
    }
    return undefined;
  }

  async read(sequence: number): Promise<Commit | undefined> {
    return this.commits[sequence - 1];
  }

  async *follow({ after, signal }: { after: number; signal: AbortSignal }): AsyncGenerator<Commit> {
    this.reads += 1;
    let next = after;
    const ended = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (!signal.aborted) {
      const found = this.stalled ? undefined : this.commits[next];
      if (found === undefined) {
        await Promise.race([ended, new Promise<void>((resolve) => this.wake.push(resolve))]);
        continue;
      }
      next += 1;
      yield found;
    }
  }
}

/** A reader that takes everything at once, or stops taking when told to. */
export class NotingSink implements WatchSink {
  readonly writes: string[] = [];
  stuck = false;
  ended: 'end' | 'destroy' | undefined;

  write(bytes: Buffer): boolean {
    this.writes.push(bytes.toString('utf8'));
    return !this.stuck;
  }

  end(): void {
    this.ended ??= 'end';
  }

  destroy(): void {
    this.ended ??= 'destroy';
  }

  /** The events in the order in which they were told: type, name, version. */
  get told(): readonly string[] {
    return this.events.map(({ type, object }) => {
      const { name, resourceVersion } = object.metadata;
      return [type, ...(name === undefined ? [] : [name]), resourceVersion].join(' ');
    });
  }

  get events(): readonly ToldEvent[] {
    return this.writes.flatMap((text) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as ToldEvent),
    );
  }
}

export interface ToldEvent {
  readonly type: string;
  readonly object: {
    readonly metadata: {
      readonly name?: string;
      readonly resourceVersion: string;
      readonly labels?: object;
      readonly annotations?: object;
    };
    readonly spec?: object;
  };
}
