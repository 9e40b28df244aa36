/** The newest state of every object, as bytes; parsed when somebody asks. */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { StoredObject } from '@holdfast/resource';

import { SlabStore } from './slab-store.js';
import type { Slot } from './slab-store.js';

const PARSED_KEPT = 512;
const MOVED_PER_CHANGE = 64;

interface Entry extends Slot {
  version: number;
}

export interface StoredBytes {
  readonly version: number;
  /** Without resourceVersion. A view: good until the table changes. */
  readonly bytes: Buffer;
}

export class ResourceTable {
  private readonly entries = new Map<string, Entry>();
  private readonly parsed = new Map<string, StoredObject>();
  private sparse: ReadonlySet<number> = new Set();
  private mover: Iterator<Entry> | undefined;

  constructor(private readonly slabs = new SlabStore()) {}

  get size(): number {
    return this.entries.size;
  }

  /** Bytes of memory held for objects. */
  get allocated(): number {
    return this.slabs.usage().allocated;
  }

  bytes(text: string): StoredBytes | undefined {
    const entry = this.entries.get(text);
    return entry === undefined ? undefined : { version: entry.version, bytes: this.slabs.read(entry) };
  }

  get(key: ObjectKey): StoredObject | undefined {
    const text = keyText(key);
    const entry = this.entries.get(text);
    if (entry === undefined) return undefined;
    const known = this.parsed.get(text);
    if (known?.version === entry.version) return known;
    const object = JSON.parse(this.slabs.read(entry).toString('utf8')) as JsonObject;
    const stored = { key, version: entry.version, object };
    this.keepParsed(text, stored);
    return stored;
  }

  /** Does nothing when the table knows a newer state of the object already. */
  put(text: string, version: number, bytes: Buffer): void {
    const entry = this.entries.get(text);
    if (entry === undefined) {
      const added: Entry = { version, slab: 0, offset: 0, length: 0 };
      this.slabs.write(bytes, added);
      this.entries.set(text, added);
    } else if (entry.version <= version) {
      this.slabs.free(entry);
      this.slabs.write(bytes, entry);
      entry.version = version;
      this.parsed.delete(text);
    }
    this.moveSome();
  }

  /** Does nothing when the table knows a newer state of the object. */
  delete(text: string, version: number): void {
    const entry = this.entries.get(text);
    if (entry === undefined || entry.version > version) return;
    this.slabs.free(entry);
    this.entries.delete(text);
    this.parsed.delete(text);
    this.moveSome();
  }

  /** The keyText of every object. */
  names(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** All objects in no promised order. It may be left and taken up again between changes: what is there throughout comes once. */
  *all(): IterableIterator<StoredBytes & { readonly text: string }> {
    for (const [text, entry] of this.entries) {
      yield { text, version: entry.version, bytes: this.slabs.read(entry) };
    }
  }

  private keepParsed(text: string, stored: StoredObject): void {
    this.parsed.delete(text);
    this.parsed.set(text, stored);
    if (this.parsed.size <= PARSED_KEPT) return;
    for (const oldest of this.parsed.keys()) {
      this.parsed.delete(oldest);
      return;
    }
  }

  /** Empties sparse slabs a little with every change, so that no change pays for all. */
  private moveSome(): void {
    if (this.mover === undefined) {
      if (!this.slabs.wasteful()) return;
      this.sparse = this.slabs.sparse();
      this.mover = this.entries.values();
    }
    for (let i = 0; i < MOVED_PER_CHANGE; i++) {
      const next = this.mover.next();
      if (next.done === true) {
        this.mover = undefined;
        return;
      }
      if (this.sparse.has(next.value.slab)) this.move(next.value);
    }
  }

  private move(entry: Entry): void {
    const bytes = this.slabs.read(entry);
    const from = { ...entry };
    this.slabs.write(bytes, entry);
    this.slabs.free(from);
  }
}
