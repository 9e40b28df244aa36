/**
 * Keeps the object cache as new as the log: lists once at start, then follows from where the listing began. Answers to
 * our own writes come in too, so that the next run sees them. Each piece of news is told once, whoever brought it first.
 */
import { keyText } from '@holdfast/contracts';
import type { LogEvent, ObjectKey } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import { ObjectCache } from '@holdfast/reconcile';
import type { Cause, Change, ObjectState } from '@holdfast/reconcile';

export type Listener = (change: Change, cause: Cause | undefined) => void;

export class World {
  readonly cache = new ObjectCache();
  private readonly listeners = new Set<Listener>();

  /** Returns what ends it. */
  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A state from the initial listing: it has no cause that we know of. */
  list(state: ObjectState): void {
    this.tell(this.cache.put(state), undefined);
  }

  /** An event of the log. */
  follow(event: LogEvent): void {
    const { group, resource, namespace, name } = event.record;
    const key = { group, resource, namespace, name };
    const { correlationID } = event.command;
    const cause = causeOf(event);
    if (event.record.type === 'deleted') this.tell(this.cache.remove(key, event.version), cause);
    // What our own writes were answered need not be read again.
    else if ((this.cache.get(key)?.version ?? 0) < event.version)
      this.tell(
        this.cache.put({ key, version: event.version, object: parseObject(event.object, key), correlationID }),
        cause,
      );
  }

  /** The answer to a write of ours. */
  wrote(state: ObjectState, outcome: 'stored' | 'deleted', cause: Cause): void {
    const { correlationID } = cause;
    const change =
      outcome === 'deleted' ? this.cache.remove(state.key, state.version) : this.cache.put({ ...state, correlationID });
    this.tell(change, cause);
  }

  /** Wakes every key again, as if nothing was known of it: the safety net under all that is level-based. */
  resync(): void {
    for (const state of this.cache.all()) this.tell({ key: state.key, after: state }, undefined);
  }

  private tell(change: Change | undefined, cause: Cause | undefined): void {
    if (change === undefined) return;
    for (const listener of this.listeners) listener(change, cause);
  }
}

export const parseObject = (bytes: Buffer, key: ObjectKey) => {
  const object: unknown = JSON.parse(bytes.toString('utf8'));
  if (!isJsonObject(object)) throw new TypeError(`${keyText(key)} is not an object in the log`);
  return object;
};

/** What led to a run that this event woke. */
export const causeOf = ({ version, command: { correlationID, traceparent } }: LogEvent): Cause => ({
  version,
  correlationID,
  ...(traceparent === undefined ? {} : { traceparent }),
});
