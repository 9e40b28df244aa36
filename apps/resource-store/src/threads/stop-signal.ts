/** Inside a thread: aborted when the starter says stop. */
import { parentPort } from 'node:worker_threads';

import { STOP_MESSAGE } from './service-thread.js';

export const stopSignal = (): AbortSignal => {
  const stopping = new AbortController();
  parentPort?.on('message', (message: unknown) => {
    if (message === STOP_MESSAGE) {
      stopping.abort();
      parentPort?.close();
    }
  });
  return stopping.signal;
};
