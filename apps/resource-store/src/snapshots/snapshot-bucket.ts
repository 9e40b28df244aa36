/** Where snapshots are kept: an object store bucket in which each snapshot has a folder, `<sequence>-<id>/`. */
import { SNAPSHOT_BUCKET } from '@holdfast/contracts';
import { Objm, setSha256Backend, StorageType } from '@nats-io/obj';
import type { ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';

import type { SnapshotManifest } from './snapshot-format.js';

const MANIFEST = 'manifest';
const SEQUENCE_DIGITS = 16;
const KEPT = 2;
const PUT_TIMEOUT_MS = 30_000;
/** Fewer and larger messages than by default: each takes an fsync of the server. */
const MESSAGE_BYTES = 512 * 1024;

export class SnapshotBucket {
  private constructor(private readonly objects: ObjectStore) {}

  static async open(nc: NatsConnection, replicas: 1 | 3): Promise<SnapshotBucket> {
    // The client's own digests are several times slower in plain JavaScript.
    setSha256Backend('native');
    const objects = await new Objm(nc).create(SNAPSHOT_BUCKET, {
      description: 'States of the store, from which it starts quickly.',
      storage: StorageType.File,
      replicas,
      compression: true,
    });
    return new SnapshotBucket(objects);
  }

  /** The folder of a new snapshot. */
  static folder(sequence: number, id: string): string {
    return `${String(sequence).padStart(SEQUENCE_DIGITS, '0')}-${id}`;
  }

  /** Folders of complete snapshots, newest first. */
  async complete(): Promise<readonly string[]> {
    const names = await this.names();
    const folders = names.filter((name) => name.endsWith(`/${MANIFEST}`)).map(folderOf);
    return folders.sort().reverse();
  }

  /** Where the newest complete snapshot stands; 0 without one. */
  async newestSequence(): Promise<number> {
    const [newest] = await this.complete();
    return newest === undefined ? 0 : Number(newest.slice(0, SEQUENCE_DIGITS));
  }

  async manifest(folder: string): Promise<SnapshotManifest> {
    const bytes = await this.read(`${folder}/${MANIFEST}`);
    return JSON.parse(bytes.toString('utf8')) as SnapshotManifest;
  }

  async read(name: string): Promise<Buffer> {
    const bytes = await this.objects.getBlob(name);
    if (bytes === null) throw new Error(`${name} is missing in bucket ${SNAPSHOT_BUCKET}`);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async write(name: string, bytes: Buffer): Promise<void> {
    await this.objects.putBlob({ name, options: { max_chunk_size: MESSAGE_BYTES } }, bytes, {
      timeout: PUT_TIMEOUT_MS,
    });
  }

  /** Makes the snapshot one that others may start from. */
  async seal(folder: string, manifest: SnapshotManifest): Promise<void> {
    await this.write(`${folder}/${MANIFEST}`, Buffer.from(JSON.stringify(manifest)));
  }

  /** Removes all but the newest complete snapshots, and what was left of unfinished ones before them. */
  async prune(): Promise<void> {
    const kept = (await this.complete()).slice(0, KEPT);
    const oldest = kept.at(-1);
    if (oldest === undefined) return;
    const folders = new Set((await this.names()).map(folderOf));
    for (const folder of folders) if (!kept.includes(folder) && folder < oldest) await this.remove(folder);
  }

  /** Removes a snapshot, its manifest first. */
  async remove(folder: string): Promise<void> {
    const names = (await this.names()).filter((name) => folderOf(name) === folder);
    for (const name of names.sort().reverse()) await this.objects.delete(name);
  }

  private async names(): Promise<readonly string[]> {
    const infos = await this.objects.list();
    return infos.filter(({ deleted }) => !deleted).map(({ name }) => name);
  }
}

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));
