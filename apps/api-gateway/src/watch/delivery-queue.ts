/**
 * Who is to be served next. A turn of the event loop serves a slice, so that writes get in between however many wait;
 * whoever is asked for twice before its turn is served once. Nothing runs while nobody waits.
 */
export interface Served {
  /** Does one turn's work; true when there is more to do at once. */
  serve(): boolean;
}

export interface DeliveryQueueOptions {
  /** A slice is so many at most, and ends early when so many bytes were written. */
  readonly sliceSize: number;
  readonly sliceBytes: number;
  /** Runs a function in the next turn of the event loop. */
  readonly nextTurn: (run: () => void) => void;
  /** Called when everybody has been served. */
  readonly onIdle: () => void;
}

export class DeliveryQueue {
  private waiting = new Set<Served>();
  private scheduled = false;
  private bytesLeft = 0;

  constructor(private readonly options: DeliveryQueueOptions) {}

  add(served: Served): void {
    this.waiting.add(served);
    this.schedule();
  }

  remove(served: Served): void {
    this.waiting.delete(served);
  }

  /** Whoever is served tells what it wrote. */
  wrote(bytes: number): void {
    this.bytesLeft -= bytes;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.options.nextTurn(() => this.serveSlice());
  }

  private serveSlice(): void {
    this.scheduled = false;
    let left = this.options.sliceSize;
    this.bytesLeft = this.options.sliceBytes;
    for (const served of this.waiting) {
      if (left-- === 0 || this.bytesLeft <= 0) break;
      this.waiting.delete(served);
      if (served.serve()) this.waiting.add(served);
    }
    if (this.waiting.size > 0) this.schedule();
    else this.options.onIdle();
  }
}
