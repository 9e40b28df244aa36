/** The lines of a watch: one JSON document per event, each ending in a newline. */
import { spliceVersion } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { inApiVersion } from '../lists/convert-stored.js';
import type { HubEvent } from './hub-event.js';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchEncoding {
  /** Encodings with the same key make the same lines. */
  readonly key: string;
  /** How the very first line of a watch is made, when it has to introduce those that follow. */
  readonly opening?: WatchEncoding;
  /** Tells of an event. */
  change(event: HubEvent, type: ChangeType): Buffer;
  /** Tells of an object that was there when the watch began; `object` is its JSON with its version. */
  initial(object: string): Buffer;
  /** Says that everything up to `version` has been told, and perhaps that all initial objects have. */
  bookmark(version: number, initialEventsEnd: boolean): Buffer;
}

/** One line of a watch. */
export const watchLine = (type: ChangeType | 'BOOKMARK' | 'ERROR', object: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`{"type":"${type}","object":`),
    typeof object === 'string' ? Buffer.from(object) : object,
    LINE_END,
  ]);

/** The object's bytes after an event, with its version, in the API version that the watcher asked for. */
export const objectAfter = (event: HubEvent, type: ChangeType, apiVersion: string): Buffer => {
  const shown = type === 'DELETED' ? (event.previousObject ?? event.event.object) : event.event.object;
  return spliceVersion(withApiVersion(shown, apiVersion), event.version);
};

/** A stored object begins with its apiVersion, the only member in which the versions of a kind differ. */
export const withApiVersion = (object: Buffer, apiVersion: string): Buffer => {
  const opening = Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},`);
  if (object.subarray(0, opening.length).equals(opening)) return object;
  const rest = object.indexOf(',"kind":');
  return Buffer.concat([opening, object.subarray(rest + 1)]);
};

const LINE_END = Buffer.from('}\n');

/** Whole objects, without parsing them. */
export const jsonEncoding = (apiVersion: string, kind: string): WatchEncoding => ({
  key: `json ${apiVersion}`,
  change: (event, type) => watchLine(type, objectAfter(event, type, apiVersion)),
  initial: (object) => watchLine('ADDED', inApiVersion(object, apiVersion)),
  bookmark: (version, initialEventsEnd) =>
    watchLine('BOOKMARK', JSON.stringify({ kind, apiVersion, metadata: bookmarkMetadata(version, initialEventsEnd) })),
});

/** What a bookmark says, as the metadata of an object that is otherwise empty. */
export const bookmarkMetadata = (version: number, initialEventsEnd: boolean): JsonObject => ({
  resourceVersion: String(version),
  ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
});
