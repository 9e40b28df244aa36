import { parentPort, workerData } from 'node:worker_threads';

import { stopSignal } from '../threads/stop-signal.js';
import { runFeeds } from './feeds.js';
import type { FeedsConfig } from './feeds.js';

await runFeeds(workerData as FeedsConfig, (message) => parentPort?.postMessage(message), stopSignal());
