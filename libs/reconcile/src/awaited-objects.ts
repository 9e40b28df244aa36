/** Which keys wait for another state of which objects, beside what their reconciler watches. */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';

export class AwaitedObjects {
  /** The keys that wait for an object. */
  private readonly waiting = new Map<string, Map<string, ObjectKey>>();
  /** The objects that a key waits for. */
  private readonly awaited = new Map<string, readonly string[]>();

  /** From now on the key waits for these objects, and for no others. */
  set(key: ObjectKey, objects: readonly ObjectKey[]): void {
    const text = keyText(key);
    this.forget(text);
    if (objects.length === 0) return;
    this.awaited.set(text, objects.map(keyText));
    for (const object of objects.map(keyText)) {
      const keys = this.waiting.get(object) ?? new Map<string, ObjectKey>();
      this.waiting.set(object, keys.set(text, key));
    }
  }

  forget(text: string): void {
    for (const object of this.awaited.get(text) ?? []) {
      const keys = this.waiting.get(object);
      keys?.delete(text);
      if (keys?.size === 0) this.waiting.delete(object);
    }
    this.awaited.delete(text);
  }

  /** The keys that wait for this object. */
  waitingFor(object: ObjectKey): readonly ObjectKey[] {
    return this.waiting.size === 0 ? [] : [...(this.waiting.get(keyText(object))?.values() ?? [])];
  }

  /** Every key that waits, as text. */
  keys(): readonly string[] {
    return [...this.awaited.keys()];
  }
}
