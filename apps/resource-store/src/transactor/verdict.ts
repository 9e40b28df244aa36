/**
 * What was decided about one command, as data: it may come from the transactor's own thread or from aside.
 * Versions are not in it, since they follow from where the events will stand in the log.
 */
import type { EventRecord } from '@holdfast/contracts';
import type { JsonObject, Refusal } from '@holdfast/kernel';

/** An event without its place in the log. */
export interface VerdictEvent {
  readonly record: EventRecord;
  /** The object as it will be stored. */
  readonly bytes: Buffer;
  /** The same parsed, where that was at hand. */
  readonly object?: JsonObject;
}

/** One object to answer with, in the version asked for: made by one of the verdict's events, found as it is, or gone. */
export type AnsweredObject =
  | { readonly kind: 'event'; readonly index: number; readonly apiVersion: string }
  | { readonly kind: 'stored'; readonly version: number; readonly bytes: Buffer; readonly apiVersion: string }
  | { readonly kind: 'removed' };

export type Verdict =
  | {
      readonly kind: 'write';
      /** None: the write changes nothing. */
      readonly events: readonly VerdictEvent[];
      readonly dryRun: boolean;
      readonly outcome: 'created' | 'changed' | 'unchanged' | 'deleted';
      readonly object: AnsweredObject;
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'transaction';
      readonly events: readonly VerdictEvent[];
      readonly dryRun: boolean;
      readonly objects: readonly AnsweredObject[];
      readonly warnings: readonly string[];
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The events that the verdict adds to the log. */
export const appendedEvents = (verdict: Verdict): readonly VerdictEvent[] =>
  verdict.kind === 'refused' || verdict.dryRun ? [] : verdict.events;

const RECORD_BYTES = 400;

/** About how many bytes the events take in a commit, rather too many than too few. */
export const weightOf = (events: readonly VerdictEvent[]): number =>
  events.reduce((sum, { record, bytes }) => sum + bytes.length + recordWeight(record), 0);

const recordWeight = ({ changed, was, fields }: EventRecord): number =>
  RECORD_BYTES +
  changed.reduce((sum, path) => sum + 2 * path.length, 0) +
  (was === undefined ? 0 : 2 * JSON.stringify(was).length) +
  (fields === undefined ? 0 : 2 * JSON.stringify(fields).length);
