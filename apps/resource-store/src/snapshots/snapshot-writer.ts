/** Writes one snapshot: its chunks in order, hashed, and the manifest last. */
import { createHash, randomUUID } from 'node:crypto';

import { SnapshotBucket } from './snapshot-bucket.js';
import type { SnapshotChunk, SnapshotManifest } from './snapshot-format.js';
import type { SnapshotSink } from './take-snapshot.js';

const CHUNK_BYTES = 8 * 1024 * 1024;

export class SnapshotWriter implements SnapshotSink {
  private readonly folder: string;
  private readonly chunks: SnapshotChunk[] = [];
  private pieces: Buffer[] = [];
  private collected = 0;

  constructor(
    private readonly bucket: SnapshotBucket,
    sequence: number,
  ) {
    this.folder = SnapshotBucket.folder(sequence, randomUUID().slice(0, 8));
  }

  async add(piece: Buffer): Promise<void> {
    this.pieces.push(piece);
    this.collected += piece.length;
    if (this.collected >= CHUNK_BYTES) await this.writeChunk();
  }

  async finish(manifest: Omit<SnapshotManifest, 'chunks'>): Promise<void> {
    await this.writeChunk();
    await this.bucket.seal(this.folder, { ...manifest, chunks: this.chunks });
    await this.bucket.prune();
  }

  private async writeChunk(): Promise<void> {
    const bytes = Buffer.concat(this.pieces);
    this.pieces = [];
    this.collected = 0;
    const name = `${this.folder}/${String(this.chunks.length).padStart(6, '0')}`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.bucket.write(name, bytes);
    this.chunks.push({ name, bytes: bytes.length, sha256 });
  }
}
