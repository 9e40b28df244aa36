/** A list that grows at its end and shrinks at its front; an item keeps its position for as long as it is here. */
export class SlidingList<T> {
  private items: (T | undefined)[] = [];
  /** How many of `items`, from the front, are gone. */
  private gone = 0;
  /** The position of `items[0]`. */
  private origin = 0;

  /** The position of the oldest item that is still here. */
  get first(): number {
    return this.origin + this.gone;
  }

  /** The position of the item that comes next. */
  get end(): number {
    return this.origin + this.items.length;
  }

  push(item: T): void {
    this.items.push(item);
  }

  dropFirst(): void {
    if (this.first === this.end) return;
    this.items[this.gone] = undefined;
    this.gone += 1;
    if (this.gone < 1024 || this.gone * 2 < this.items.length) return;
    this.items = this.items.slice(this.gone);
    this.origin += this.gone;
    this.gone = 0;
  }

  at(position: number): T {
    const item = this.items[position - this.origin];
    if (item === undefined) throw new RangeError(`no item at ${position}: ${this.first} to ${this.end} are here`);
    return item;
  }

  /** The position of the first item that is far enough; the items before it are not, those after it are. */
  search(farEnough: (item: T) => boolean): number {
    let low = this.first;
    let high = this.end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (farEnough(this.at(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
