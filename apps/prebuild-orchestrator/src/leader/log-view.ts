/**
 * The objects of pools as they are at one version of the log. Answers to our own writes do not come in early, so that
 * what is read in one turn of the event loop never mixes two versions.
 */
import type { LogEvent, ObjectKey } from '@holdfast/contracts';
import { causeOf, parseObject } from '@holdfast/control-loop';
import type { Listener } from '@holdfast/control-loop';
import { ObjectCache } from '@holdfast/reconcile';
import type { Cause, Change, ObjectReader, ObjectState } from '@holdfast/reconcile';

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
}

export class LogView {
  private readonly cache = new ObjectCache();
  private followed = 0;
  /** Pages of a listing may be newer than its first: until the log has caught up, they are not of one version. */
  private listed = 0;
  private waiters: Waiter[] = [];
  private readonly listeners = new Set<Listener>();

  constructor(private readonly isKept: (key: ObjectKey) => boolean) {}

  get read(): ObjectReader {
    return this.cache;
  }

  /** The version of the log that the objects are of. */
  get version(): number {
    return this.followed;
  }

  /** Whether all that is read is of one version: a listing is not until the log has caught up with it. */
  get isWhole(): boolean {
    return this.followed >= this.listed;
  }

  /** A state from the initial listing. */
  list(state: ObjectState): void {
    this.listed = Math.max(this.listed, state.version);
    if (this.isKept(state.key)) this.tell(this.cache.put(state), undefined);
  }

  /** An event of the log. */
  follow(event: LogEvent): void {
    const { group, resource, namespace, name, type } = event.record;
    const key = { group, resource, namespace, name };
    if (!this.isKept(key)) return;
    const change =
      type === 'deleted'
        ? this.cache.remove(key, event.version)
        : this.cache.put({ key, version: event.version, object: parseObject(event.object, key) });
    this.tell(change, causeOf(event));
  }

  /** Calls back on each change, until the signal is aborted. */
  onChange(listener: Listener, signal: AbortSignal): void {
    this.listeners.add(listener);
    signal.addEventListener('abort', () => this.listeners.delete(listener), { once: true });
  }

  /** All events up to this version were taken in. */
  reached(version: number): void {
    this.followed = version;
    const ready = this.waiters.filter(({ version }) => version <= this.followed);
    this.waiters = this.waiters.filter(({ version }) => version > this.followed);
    for (const { resolve } of ready) resolve();
  }

  private tell(change: Change | undefined, cause: Cause | undefined): void {
    if (change !== undefined) for (const listener of this.listeners) listener(change, cause);
  }

  /** Resolves when the objects are of this version or a later one; rejects when the signal is aborted before. */
  async atLeast(version: number, signal: AbortSignal): Promise<void> {
    const wanted = Math.max(version, this.listed);
    signal.throwIfAborted();
    if (wanted <= this.followed) return;
    await new Promise<void>((resolve, reject) => {
      const abandon = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abandon, { once: true });
      const reach = (): void => {
        signal.removeEventListener('abort', abandon);
        resolve();
      };
      this.waiters.push({ version: wanted, resolve: reach });
    });
  }
}
