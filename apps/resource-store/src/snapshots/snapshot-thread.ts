/** Writes a snapshot from a thread of its own: hashing and sending cost the starter nothing but copies. */
import { Worker } from 'node:worker_threads';

import { workerFile } from '../threads/worker-file.js';
import type { SnapshotManifest } from './snapshot-format.js';
import type { SnapshotSink } from './take-snapshot.js';

export interface SnapshotThreadConfig {
  readonly natsUrl: string;
  readonly instance: string;
  readonly replicas: 1 | 3;
}

export type SnapshotRequest =
  | { readonly kind: 'begin'; readonly sequence: number }
  | { readonly kind: 'add'; readonly piece: Uint8Array }
  | { readonly kind: 'finish'; readonly manifest: Omit<SnapshotManifest, 'chunks'> };

export class SnapshotThread implements SnapshotSink {
  private readonly worker: Worker;

  constructor(config: SnapshotThreadConfig, sequence: number) {
    this.worker = new Worker(workerFile('./snapshot-worker.js', import.meta.url), { workerData: config });
    this.send({ kind: 'begin', sequence });
  }

  async add(piece: Buffer): Promise<void> {
    await this.ask({ kind: 'add', piece }, [piece.buffer as ArrayBuffer]);
  }

  async finish(manifest: Omit<SnapshotManifest, 'chunks'>): Promise<void> {
    await this.ask({ kind: 'finish', manifest });
    await this.abandon();
  }

  /** Ends the thread; what an unfinished snapshot has written is removed with a later one. */
  async abandon(): Promise<void> {
    await this.worker.terminate();
  }

  private async ask(request: SnapshotRequest, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    const { worker } = this;
    const answered = new Promise<void>((resolve, reject) => {
      const onExit = (): void => reject(new Error('the snapshot was abandoned'));
      worker.once('message', () => {
        worker.off('error', reject).off('exit', onExit);
        resolve();
      });
      worker.once('error', reject).once('exit', onExit);
    });
    this.send(request, transfer);
    await answered;
  }

  private send(request: SnapshotRequest, transfer: readonly ArrayBuffer[] = []): void {
    this.worker.postMessage(request, transfer);
  }
}
