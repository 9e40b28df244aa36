/** The newest commits of the log, as many as fit into a number of bytes, with their events sorted by resource. */
import type { Commit, LogEvent } from '@holdfast/contracts';
import { HubEvent } from './hub-event.js';
import { SlidingList } from './sliding-list.js';

/** The recent events of one resource, in the order of the log. */
export type EventChannel = SlidingList<HubEvent>;

interface Entry {
  readonly commit: Commit;
  readonly bytes: number;
}

/** What a decoded event weighs beside its object. */
const EVENT_OVERHEAD_BYTES = 1024;

export class CommitRing {
  private readonly entries = new SlidingList<Entry>();
  private readonly channels = new Map<string, EventChannel>();
  private bytes = 0;

  /** Begins after the commit whose boundary is `after`; 0 for the whole log. */
  constructor(
    private readonly maxBytes: number,
    private after: number,
  ) {}

  /** Every event after this version, up to the newest commit, is here. */
  get floor(): number {
    return this.after;
  }

  /** Takes the next commit of the log and answers the resources that changed. */
  push(commit: Commit): Set<string> {
    const changed = new Set<string>();
    let bytes = EVENT_OVERHEAD_BYTES;
    for (const event of commit.events) {
      const name = resourceName(event.record.group, event.record.resource);
      this.channel(name).push(new HubEvent(event));
      changed.add(name);
      bytes += event.object.length + EVENT_OVERHEAD_BYTES;
    }
    this.entries.push({ commit, bytes });
    this.bytes += bytes;
    while (this.bytes > this.maxBytes && this.entries.end - this.entries.first > 1) this.dropOldest();
    return changed;
  }

  /** The recent events of a resource; they keep coming. */
  channel(resource: string): EventChannel {
    let channel = this.channels.get(resource);
    if (channel === undefined) this.channels.set(resource, (channel = new SlidingList()));
    return channel;
  }

  /** The event with this version, if it is here. */
  find(version: number): LogEvent | undefined {
    const position = this.entries.search(({ commit }) => commit.boundary >= version);
    if (position === this.entries.end) return undefined;
    return this.entries.at(position).commit.events.find((event) => event.version === version);
  }

  /** The commits after a version, oldest first, of those that are here. */
  commitsAfter(version: number): Commit[] {
    const commits: Commit[] = [];
    const start = this.entries.search(({ commit }) => commit.boundary > version);
    for (let position = start; position < this.entries.end; position++) commits.push(this.entries.at(position).commit);
    return commits;
  }

  private dropOldest(): void {
    const { commit, bytes } = this.entries.at(this.entries.first);
    for (const { record } of commit.events) this.channel(resourceName(record.group, record.resource)).dropFirst();
    this.entries.dropFirst();
    this.after = commit.boundary;
    this.bytes -= bytes;
  }
}

/** How the ring names a resource. */
export const resourceName = (group: string, resource: string): string => `${group}/${resource}`;
