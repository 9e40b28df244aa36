/**
 * One open watch.
 *
 *   starting ──join──► live ──close──► closed
 *    │  ▲                │               ▲
 *    │  └─── left behind ┘               │
 *    └───────────────close───────────────┘
 *
 * While starting, its owner sends what happened before the ring begins, one awaited piece after the other. Live, it
 * stands at a position of its resource's channel and is served by the delivery queue. In either state a socket that
 * takes no more makes it stop until the socket has drained; the events stay where they are, in the ring or in the log.
 * A reader so far behind that the ring has gone on without it starts anew from the log.
 */
import type { EventChannel } from './commit-ring.js';
import type { Served } from './delivery-queue.js';
import type { HubEvent } from './hub-event.js';
import type { Chunk, LineCache } from './line-cache.js';
import { changeOf } from './selection.js';
import type { Selection } from './selection.js';
import type { WatchEncoding } from './watch-encoding.js';

/** Where a watch is written to. */
export interface WatchSink {
  /** False when the reader is behind: `onDrain` tells when it has caught up. */
  write(bytes: Buffer): boolean;
  /** Ends the stream after what was written, and lets the connection go. */
  end(): void;
  /** Gives up what was not read. */
  destroy(): void;
}

export type CloseReason = 'client' | 'timeout' | 'slow' | 'shutdown' | 'kind-gone' | 'expired' | 'error';

export interface WatcherOptions {
  readonly resource: string;
  readonly selection: Selection;
  readonly encoding: WatchEncoding;
  readonly sink: WatchSink;
  readonly allowBookmarks: boolean;
}

/** What a watcher needs of its hub. */
export interface WatcherHub {
  readonly cache: LineCache;
  /** The newest version that every watcher of the ring can know of. */
  readonly position: number;
  channel(resource: string): EventChannel;
  /** Asks to be served in a coming turn. */
  schedule(watcher: Watcher): void;
  /** The ring no longer has what the watcher needs next: brings it back from the log. */
  leftBehind(watcher: Watcher): void;
  /** Resolves once the object as it was before an event is known, or the watcher is closed. */
  loadPrevious(event: HubEvent, watcher: Watcher): Promise<void>;
  blocked(watcher: Watcher): void;
  delivered(lines: number, bytes: number): void;
  closed(watcher: Watcher, reason: CloseReason): void;
  now(): number;
}

/** Bytes that are put together for one write. */
const CHUNK_BYTES = 256 * 1024;

export interface SlowLimits {
  /** How long a socket may take nothing at all. */
  readonly stallMs: number;
  /** How far a reader may be behind; it is given a second to take anything before this counts. */
  readonly backlogBytes: number;
}

const BACKLOG_GRACE_MS = 1_000;

export class Watcher implements Served {
  private state: 'starting' | 'live' | 'closed' = 'starting';
  private encoding: WatchEncoding;
  private position = 0;
  private told = 0;
  private blockedSince: number | undefined;
  private resume: (() => void) | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly options: WatcherOptions,
    private readonly hub: WatcherHub,
  ) {
    this.encoding = options.encoding.opening ?? options.encoding;
  }

  get resource(): string {
    return this.options.resource;
  }

  get isClosed(): boolean {
    return this.state === 'closed';
  }

  /** Aborted when the watch is closed. */
  get signal(): AbortSignal {
    return this.closing.signal;
  }

  /** Everything up to this version has been told. */
  get toldUpTo(): number {
    return this.told;
  }

  /** Its socket takes no more for now. */
  get isBlocked(): boolean {
    return this.blockedSince !== undefined;
  }

  /** While starting: sends events of the log, those after what was told already. Resolves when there is room for more. */
  async tell(events: readonly HubEvent[]): Promise<void> {
    let lines: Buffer[] = [];
    let bytes = 0;
    for (const event of events) {
      if (this.isClosed) return;
      if (event.version <= this.told) continue;
      this.told = event.version;
      const change = changeOf(event, this.options.selection);
      if (change === undefined) continue;
      if (change.left) await this.hub.loadPrevious(event, this);
      const line = this.takeEncoding().change(event, change.type);
      lines.push(line);
      bytes += line.length;
      if (bytes < CHUNK_BYTES) continue;
      await this.write(Buffer.concat(lines), lines.length);
      [lines, bytes] = [[], 0];
    }
    if (lines.length > 0) await this.write(Buffer.concat(lines), lines.length);
  }

  /** While starting: sends an object that was there at the beginning. Resolves when there is room for more. */
  async tellInitial(objects: readonly string[]): Promise<void> {
    if (objects.length === 0) return;
    const lines = objects.map((object) => this.takeEncoding().initial(object));
    await this.write(Buffer.concat(lines), lines.length);
  }

  /** While starting: everything up to `version` has been told. */
  startsAt(version: number): void {
    this.told = Math.max(this.told, version);
  }

  /** Whether bookmarks may be told. */
  get allowsBookmarks(): boolean {
    return this.options.allowBookmarks;
  }

  /** Says that all initial objects have been told. */
  async endInitial(): Promise<void> {
    await this.write(this.options.encoding.bookmark(this.told, true), 0);
  }

  /** Goes on with the ring's events, which must reach back to what was told. */
  join(): void {
    if (this.isClosed) return;
    this.state = 'live';
    this.position = this.channel.search((event) => event.version > this.told);
    this.hub.schedule(this);
  }

  serve(): boolean {
    if (this.state !== 'live' || this.blockedSince !== undefined) return false;
    if (this.position < this.channel.first) {
      this.state = 'starting';
      this.hub.leftBehind(this);
      return false;
    }
    while (this.position < this.channel.end && this.channel.at(this.position).version <= this.told) this.position += 1;
    if (this.position === this.channel.end) return false;
    return this.deliver(this.nextChunk());
  }

  /** Tells how far the log has come, when nothing else has told it. */
  bookmark(): void {
    if (!this.options.allowBookmarks || this.state !== 'live') return;
    while (this.serve());
    if (this.blockedSince !== undefined || this.position < this.channel.end || this.hub.position <= this.told) return;
    this.told = this.hub.position;
    void this.write(this.options.encoding.bookmark(this.told, false), 0);
  }

  /** Closes it when its reader has been too slow for too long. */
  checkPace(now: number, limits: SlowLimits): void {
    if (this.blockedSince === undefined || this.isClosed) return;
    const blockedMs = now - this.blockedSince;
    if (blockedMs >= limits.stallMs) this.close('slow');
    else if (blockedMs >= BACKLOG_GRACE_MS && this.isBehindBy(limits.backlogBytes)) this.close('slow');
  }

  drained(): void {
    this.blockedSince = undefined;
    this.resume?.();
    this.resume = undefined;
    if (this.state === 'live') this.hub.schedule(this);
  }

  close(reason: CloseReason): void {
    if (this.isClosed) return;
    this.state = 'closed';
    this.hub.closed(this, reason);
    this.closing.abort();
    this.resume?.();
    if (reason === 'slow' || reason === 'client') this.options.sink.destroy();
    else this.options.sink.end();
  }

  /** Ends the watch with an ERROR line. */
  fail(line: Buffer, reason: CloseReason): void {
    if (this.isClosed) return;
    this.options.sink.write(line);
    this.close(reason);
  }

  private get channel(): EventChannel {
    return this.hub.channel(this.options.resource);
  }

  private nextChunk(): Chunk {
    const { resource, selection } = this.options;
    if (this.encoding !== this.options.encoding) return this.makeChunk(1);
    const key = `${resource} ${this.position} ${this.encoding.key} ${selection.key}`;
    return this.hub.cache.chunk(key, () => this.makeChunk(Infinity));
  }

  private makeChunk(maxLines: number): Chunk {
    const lines: Buffer[] = [];
    let bytes = 0;
    let at = this.position;
    for (; at < this.channel.end && bytes < CHUNK_BYTES && lines.length < maxLines; at++) {
      const event = this.channel.at(at);
      const change = changeOf(event, this.options.selection);
      if (change === undefined) continue;
      if (change.left && event.previousObject === undefined) {
        return { bytes: Buffer.concat(lines), lines: lines.length, end: at, waitsFor: event };
      }
      const line = this.hub.cache.line(event, change.type, this.encoding);
      lines.push(line);
      bytes += line.length;
    }
    return { bytes: Buffer.concat(lines), lines: lines.length, end: at };
  }

  private deliver({ bytes, lines, end, waitsFor }: Chunk): boolean {
    if (end > this.position) this.told = this.channel.at(end - 1).version;
    this.position = end;
    if (lines > 0) {
      this.encoding = this.options.encoding;
      void this.write(bytes, lines);
    }
    if (waitsFor === undefined) return this.position < this.channel.end && this.blockedSince === undefined;
    void this.hub.loadPrevious(waitsFor, this).then(() => this.hub.schedule(this));
    return false;
  }

  private takeEncoding(): WatchEncoding {
    const encoding = this.encoding;
    this.encoding = this.options.encoding;
    return encoding;
  }

  private async write(bytes: Buffer, lines: number): Promise<void> {
    if (this.isClosed) return;
    this.hub.delivered(lines, bytes.length);
    if (this.options.sink.write(bytes)) return;
    this.blockedSince = this.hub.now();
    this.hub.blocked(this);
    if (this.state === 'starting') await new Promise<void>((resolve) => (this.resume = resolve));
  }

  private isBehindBy(limit: number): boolean {
    if (this.state !== 'live') return false;
    let bytes = 0;
    for (let at = Math.max(this.position, this.channel.first); at < this.channel.end && bytes <= limit; at++) {
      bytes += this.channel.at(at).event.object.length;
    }
    return bytes > limit;
  }
}
