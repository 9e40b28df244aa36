import { setImmediate } from 'node:timers/promises';
import { decodeCommit, encodeCommit, encodeObject, keyText, versionAt } from '@holdfast/contracts';
import type { Commit, EventRecord, EventType, NewEvent, ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { CommitLog, Follow } from '@holdfast/log';

export const LOG = { stream: 'HOLDFAST_LOG', created: '2026-01-01T00:00:00.000Z' };

/** What a spec says about one object's next state; `undefined` removes it. */
export interface Change {
  readonly key: ObjectKey;
  readonly state: ObjectContent | undefined;
}

export interface ObjectContent {
  readonly labels?: Readonly<Record<string, string>>;
  readonly fields?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
}

/** One state of one object, as a reader who replays the log by hand would note it. */
export interface ReplayedState {
  readonly key: ObjectKey;
  readonly version: number;
  readonly deleted: boolean;
  readonly content: ObjectContent;
  readonly object: JsonObject;
}

export const rack = (name: string, namespace = 'default'): ObjectKey => ({
  group: 'inventory.holdfast.dev',
  resource: 'racks',
  namespace,
  name,
});

const START = Date.parse('2026-01-01T10:00:00.000Z');

/** Writes commits as the transactor would, one second apart, and remembers what it wrote. */
export class WrittenLog {
  readonly identity = LOG;
  readonly commits: Commit[] = [];
  /** The commits as they are stored. */
  readonly data: Buffer[] = [];
  readonly states: ReplayedState[] = [];
  private readonly newest = new Map<string, ReplayedState>();

  get end(): number {
    return this.commits.length;
  }

  get last(): Commit {
    return this.commits.at(-1) as Commit;
  }

  commit(...changes: readonly Change[]): Commit {
    const sequence = this.end + 1;
    const events = changes.map((change, index) => this.event(change, versionAt(sequence, index)));
    const time = START + sequence * 1_000;
    const header = {
      schema: 1,
      id: `commit-${sequence}`,
      epoch: 1,
      instance: 'store-1',
      time: new Date(time).toISOString(),
      commands: [
        {
          id: `command-${sequence}`,
          events: events.length,
          actor: 'ada',
          requestID: `request-${sequence}`,
          correlationID: `correlation-${sequence}`,
          ...(sequence % 2 === 0 ? { causationID: 'cause', fieldManager: 'kubectl' } : {}),
        },
      ],
    } as const;
    const data = encodeCommit(header, events);
    const commit = decodeCommit(data, sequence, time);
    this.data.push(data);
    this.commits.push(commit);
    return commit;
  }

  /** The states that a list at a version holds, in the order of its rows. */
  listAt(version: number): ReplayedState[] {
    const newest = new Map<string, ReplayedState>();
    for (const state of this.states) if (state.version <= version) newest.set(keyText(state.key), state);
    return [...newest.values()].filter((state) => !state.deleted).sort(inKeyOrder);
  }

  exists(key: ObjectKey): boolean {
    return this.current(key) !== undefined;
  }

  private event({ key, state }: Change, version: number): NewEvent {
    const previous = this.current(key);
    const content = state ?? previous?.content ?? {};
    const object = objectOf(key, content);
    const replayed = { key, version, deleted: state === undefined, content, object };
    this.states.push(replayed);
    this.newest.set(keyText(key), replayed);
    const record: EventRecord = {
      type: typeOf(state, previous),
      ...key,
      uid: `uid-${keyText(key)}`,
      kind: 'Rack',
      apiVersion: 'v1',
      changed: previous === undefined ? [] : ['/spec'],
      ...(previous === undefined ? {} : { previous: previous.version }),
      ...(content.fields === undefined ? {} : { fields: content.fields }),
    };
    return { record, object: encodeObject(object) };
  }

  /** The log as its readers know it; following ends with the signal only. */
  asCommitLog(): Pick<CommitLog, 'identity' | 'end' | 'follow'> {
    return { identity: LOG, end: async () => this.end, follow: (request) => this.follow(request) };
  }

  private async *follow({ after, signal }: Follow): AsyncGenerator<Commit> {
    for (let sequence = after + 1; !signal.aborted; sequence++) {
      while (this.end < sequence && !signal.aborted) await setImmediate();
      const commit = this.commits[sequence - 1];
      if (commit !== undefined) yield commit;
    }
  }

  private current(key: ObjectKey): ReplayedState | undefined {
    const newest = this.newest.get(keyText(key));
    return newest?.deleted === false ? newest : undefined;
  }
}

const typeOf = (state: ObjectContent | undefined, previous: ReplayedState | undefined): EventType => {
  if (state === undefined) return 'deleted';
  return previous === undefined ? 'created' : 'specChanged';
};

const objectOf = ({ group, namespace, name }: ObjectKey, { labels, spec }: ObjectContent): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind: 'Rack',
  metadata: { name, ...(namespace === '' ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) },
  ...(spec === undefined ? {} : { spec }),
});

const inKeyOrder = (a: ReplayedState, b: ReplayedState): number =>
  compareBytes(a.key.namespace, b.key.namespace) || compareBytes(a.key.name, b.key.name);

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The object as readers get it. */
export const withVersion = ({ object, version }: ReplayedState): JsonObject => ({
  ...object,
  metadata: { ...(object['metadata'] as JsonObject), resourceVersion: String(version) },
});
