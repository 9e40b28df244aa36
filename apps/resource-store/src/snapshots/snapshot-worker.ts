import { parentPort, workerData } from 'node:worker_threads';

import { connectNats } from '@holdfast/nest-platform';

import { SnapshotBucket } from './snapshot-bucket.js';
import type { SnapshotRequest, SnapshotThreadConfig } from './snapshot-thread.js';
import { SnapshotWriter } from './snapshot-writer.js';

const { natsUrl, instance, replicas } = workerData as SnapshotThreadConfig;
const nc = await connectNats({ url: natsUrl, name: `${instance} snapshot` });
const bucket = await SnapshotBucket.open(nc, replicas);
let writer: SnapshotWriter | undefined;

const serve = async (request: SnapshotRequest): Promise<void> => {
  switch (request.kind) {
    case 'begin':
      writer = new SnapshotWriter(bucket, request.sequence);
      return;
    case 'add': {
      const { buffer, byteOffset, byteLength } = request.piece;
      await writer?.add(Buffer.from(buffer, byteOffset, byteLength));
      break;
    }
    case 'finish':
      await writer?.finish(request.manifest);
      break;
  }
  parentPort?.postMessage('done');
};

let serving = Promise.resolve();
parentPort?.on('message', (request: SnapshotRequest) => {
  serving = serving.then(() => serve(request));
  // An uncaught failure ends the thread, and with it the snapshot.
  serving.catch((error: unknown) => {
    throw error;
  });
});
