import { parentPort } from 'node:worker_threads';
import { RefusalError } from '@holdfast/kernel';

import { decodeYaml } from './decode-yaml.js';
import type { YamlAnswer } from './yaml-reader.js';

const answerTo = (body: Uint8Array): YamlAnswer => {
  try {
    return { ok: true, json: decodeYaml(Buffer.from(body.buffer, body.byteOffset, body.byteLength)) };
  } catch (error) {
    if (error instanceof RefusalError) return { ok: false, refusal: error.refusal };
    throw error;
  }
};

parentPort?.on('message', (body: Uint8Array) => parentPort?.postMessage(answerTo(body)));
parentPort?.postMessage('ready');
