/** The newest state that can be had without reading the whole log. */
import { createHash } from 'node:crypto';

import type { LogIdentity } from '@holdfast/log';

import { StoreState } from '../state/store-state.js';
import type { SnapshotBucket } from './snapshot-bucket.js';
import { decodeChunk, SNAPSHOT_FORMAT } from './snapshot-format.js';
import type { SnapshotChunk, SnapshotManifest } from './snapshot-format.js';

export interface RestoreOptions {
  readonly bucket: SnapshotBucket;
  readonly log: LogIdentity;
  /** Where the log ends: a snapshot from beyond is not of this log's past. */
  readonly end: number;
  readonly unusable: (folder: string, problem: string) => void;
}

export interface Restored {
  readonly state: StoreState;
  /** The log must be followed at least so far before the state is whole. */
  readonly through: number;
}

/** From the newest snapshot that is whole and of this log; an empty state when there is none. */
export const restoreState = async ({ bucket, log, end, unusable }: RestoreOptions): Promise<Restored> => {
  for (const folder of await bucket.complete()) {
    try {
      const manifest = await bucket.manifest(folder);
      const problem = problemOf(manifest, log, end);
      if (problem === undefined) return { state: await readState(bucket, manifest), through: manifest.through };
      unusable(folder, problem);
    } catch (error) {
      unusable(folder, error instanceof Error ? error.message : String(error));
    }
  }
  return { state: new StoreState(), through: 0 };
};

const problemOf = (
  { format, log: of, through }: SnapshotManifest,
  log: LogIdentity,
  end: number,
): string | undefined => {
  if (Number(format) !== SNAPSHOT_FORMAT) {
    return `it has format ${Number(format)}, this build reads ${SNAPSHOT_FORMAT}`;
  }
  if (of.stream !== log.stream || of.created !== log.created)
    return `it is of stream ${of.stream} created ${of.created}`;
  return through > end ? `it reaches to sequence ${through}, the log ends at ${end}` : undefined;
};

const readState = async (bucket: SnapshotBucket, manifest: SnapshotManifest): Promise<StoreState> => {
  const state = new StoreState();
  for (const chunk of manifest.chunks) decodeChunk(await readChunk(bucket, chunk), state);
  state.resumeAt(manifest.position);
  return state;
};

const readChunk = async (bucket: SnapshotBucket, { name, bytes, sha256 }: SnapshotChunk): Promise<Buffer> => {
  const chunk = await bucket.read(name);
  const found = createHash('sha256').update(chunk).digest('hex');
  if (chunk.length !== bytes || found !== sha256) throw new Error(`${name} is not what was written`);
  return chunk;
};
