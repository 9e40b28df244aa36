/** Takes a snapshot of a state that goes on changing meanwhile: copies a piece, lets others run, copies the next. */
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { LogIdentity } from '@holdfast/log';

import type { StoreState } from '../state/store-state.js';
import { encodeState, SNAPSHOT_FORMAT } from './snapshot-format.js';
import type { SnapshotManifest } from './snapshot-format.js';

/** Where the pieces go, in their order; each resolves when the next may come. */
export interface SnapshotSink {
  add(piece: Buffer): Promise<void>;
  finish(manifest: Omit<SnapshotManifest, 'chunks'>): Promise<void>;
}

/** `open` is given the sequence that the snapshot stands for. */
export const takeSnapshot = async (
  state: StoreState,
  log: LogIdentity,
  open: (sequence: number) => SnapshotSink,
): Promise<void> => {
  const { position } = state;
  const sink = open(position.sequence);
  for (const piece of encodeState(state)) {
    await sink.add(piece);
    await nextTurn();
  }
  const { stream, created } = log;
  await sink.finish({
    format: SNAPSHOT_FORMAT,
    log: { stream, created },
    position,
    through: state.sequence,
    objects: state.table.size,
  });
};
