/** What several watchers are told alike, made once and kept until everybody has been served. */
import type { HubEvent } from './hub-event.js';
import type { ChangeType, WatchEncoding } from './watch-encoding.js';

/** The lines of consecutive events, as one piece. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly lines: number;
  /** The position in the channel that the chunk reaches. */
  readonly end: number;
  /** The event at `end` cannot be told before its object's previous state is loaded. */
  readonly waitsFor?: HubEvent;
}

export class LineCache {
  private readonly lines = new Map<string, Buffer>();
  private readonly chunks = new Map<string, Chunk>();
  private bytes = 0;

  /** Beyond `maxBytes` it begins anew: under a load that never ends nobody would ever clear it. */
  constructor(private readonly maxBytes: number) {}

  line(event: HubEvent, type: ChangeType, encoding: WatchEncoding): Buffer {
    const key = `${event.version} ${type} ${encoding.key}`;
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    const made = encoding.change(event, type);
    this.grow(made.length);
    this.lines.set(key, made);
    return made;
  }

  chunk(key: string, make: () => Chunk): Chunk {
    const known = this.chunks.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.grow(made.bytes.length);
    // A chunk without lines may only have to wait; the next watcher need not.
    if (made.waitsFor === undefined) this.chunks.set(key, made);
    return made;
  }

  clear(): void {
    this.lines.clear();
    this.chunks.clear();
    this.bytes = 0;
  }

  private grow(bytes: number): void {
    if (this.bytes + bytes > this.maxBytes) this.clear();
    this.bytes += bytes;
  }
}
