/**
 * The bytes of many objects in few large buffers, so that a hundred thousand objects cost the garbage collector
 * nothing. Space is taken from the newest slab only; a slab whose last object is freed is used again. A slab that is
 * mostly dead is emptied by moving the rest, which is the owner's work since it alone knows the slots.
 */
const SLAB_BYTES = 4 * 1024 * 1024;
const KEPT_EMPTY_SLABS = 2;
const WASTE_ALLOWED = 8 * SLAB_BYTES;

/** Where bytes lie. Its owner may keep these members in an object of its own. */
export interface Slot {
  slab: number;
  offset: number;
  length: number;
}

interface Slab {
  readonly bytes: Buffer;
  live: number;
}

export class SlabStore {
  private readonly slabs: (Slab | undefined)[] = [];
  private readonly empty: number[] = [];
  private current = -1;
  private used = 0;
  private live = 0;
  private allocated = 0;

  constructor(
    private readonly slabBytes = SLAB_BYTES,
    private readonly wasteAllowed = WASTE_ALLOWED,
  ) {}

  /** Copies `bytes` in and writes into `slot` where they lie. */
  write(bytes: Buffer, slot: Slot): void {
    if (this.current === -1 || this.used + bytes.length > this.slabAt(this.current).bytes.length) {
      this.openSlab(bytes.length);
    }
    const slab = this.slabAt(this.current);
    bytes.copy(slab.bytes, this.used);
    slot.slab = this.current;
    slot.offset = this.used;
    slot.length = bytes.length;
    this.used += bytes.length;
    slab.live += bytes.length;
    this.live += bytes.length;
  }

  /** A view, good until the slot is freed or moved. */
  read(slot: Readonly<Slot>): Buffer {
    return this.slabAt(slot.slab).bytes.subarray(slot.offset, slot.offset + slot.length);
  }

  free(slot: Readonly<Slot>): void {
    const slab = this.slabAt(slot.slab);
    slab.live -= slot.length;
    this.live -= slot.length;
    if (slab.live === 0 && slot.slab !== this.current) this.retire(slot.slab);
  }

  usage(): { readonly live: number; readonly allocated: number } {
    return { live: this.live, allocated: this.allocated };
  }

  /** More than half of the memory is dead. */
  wasteful(): boolean {
    return this.allocated > this.wasteAllowed && this.live * 2 < this.allocated;
  }

  /** The slabs that are less than half alive: moving their objects with `write` and `free` gives them back. */
  sparse(): ReadonlySet<number> {
    const found = new Set<number>();
    this.slabs.forEach((slab, id) => {
      if (slab !== undefined && id !== this.current && slab.live * 2 < slab.bytes.length) found.add(id);
    });
    return found;
  }

  private slabAt(id: number): Slab {
    const slab = this.slabs[id];
    if (slab === undefined) throw new RangeError(`slab ${id} is not in use`);
    return slab;
  }

  private openSlab(atLeast: number): void {
    const full = this.current;
    const reused = atLeast <= this.slabBytes ? this.empty.pop() : undefined;
    this.current = reused ?? this.addSlab(Math.max(atLeast, this.slabBytes));
    this.used = 0;
    if (full !== -1 && this.slabAt(full).live === 0) this.retire(full);
  }

  private addSlab(size: number): number {
    const gap = this.slabs.indexOf(undefined);
    const id = gap === -1 ? this.slabs.length : gap;
    this.slabs[id] = { bytes: Buffer.allocUnsafeSlow(size), live: 0 };
    this.allocated += size;
    return id;
  }

  private retire(id: number): void {
    const { bytes } = this.slabAt(id);
    if (bytes.length === this.slabBytes && this.empty.length < KEPT_EMPTY_SLABS) {
      this.empty.push(id);
      return;
    }
    this.slabs[id] = undefined;
    this.allocated -= bytes.length;
  }
}
