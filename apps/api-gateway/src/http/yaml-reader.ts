/**
 * Reads YAML in a thread of its own. What a YAML parser does with a hostile megabyte takes minutes and a gigabyte; here
 * it ends after a second or 128 MiB, and the requests of everybody else go on meanwhile.
 */
import { Worker } from 'node:worker_threads';
import { RefusalError } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';
import { scanJson } from '@holdfast/resource';

import { JSON_TYPE } from './answer.js';
import type { RequestContext } from './resolved-request.js';
import { badRequest, refuse } from './status-error.js';

export const YAML_TYPE = 'application/yaml';

/** What the thread is sent: the body; what it answers. */
export type YamlAnswer =
  { readonly ok: true; readonly json: Uint8Array } | { readonly ok: false; readonly refusal: Refusal };

const TIME_LIMIT_MS = 1_000;
const START_LIMIT_MS = 5_000;
const MEMORY_LIMIT_MB = 128;
const IDLE_MS = 30_000;
const MAX_WAITING = 64;
const OPENING_BRACE = 0x7b;

interface Job {
  readonly body: Buffer;
  readonly resolve: (json: Buffer) => void;
  readonly reject: (refusal: RefusalError) => void;
}

export class YamlReader {
  private readonly jobs: Job[] = [];
  private worker: Worker | undefined;
  private isReady = false;
  private timer: NodeJS.Timeout | undefined;

  /** The same request with its body as JSON. */
  async asJson(context: RequestContext): Promise<RequestContext> {
    const { body } = context;
    // JSON is YAML, and what most clients send as such.
    const isJson = body.length === 0 || (body[0] === OPENING_BRACE && scanJson(body).ok);
    return { ...context, body: isJson ? body : await this.read(body), contentType: JSON_TYPE };
  }

  close(): void {
    this.stopWorker();
    this.fail(refuse('ServiceUnavailable', 'the service is stopping'), this.jobs.length);
  }

  private read(body: Buffer): Promise<Buffer> {
    if (this.jobs.length >= MAX_WAITING) {
      throw refuse('TooManyRequests', `${MAX_WAITING} YAML bodies are waiting to be read: send JSON, or try again`);
    }
    return new Promise((resolve, reject) => {
      this.jobs.push({ body, resolve, reject });
      if (this.jobs.length === 1) this.begin();
    });
  }

  /** Starts on the first job that waits. */
  private begin(): void {
    clearTimeout(this.timer);
    const [job] = this.jobs;
    if (job === undefined) {
      this.timer = setTimeout(() => this.stopWorker(), IDLE_MS).unref();
    } else if (this.worker === undefined) {
      this.startWorker();
    } else if (this.isReady) {
      this.worker.postMessage(job.body);
      this.timer = setTimeout(() => this.giveUp(), TIME_LIMIT_MS);
    }
  }

  private startWorker(): void {
    const worker = new Worker(WORKER_FILE, { resourceLimits: { maxOldGenerationSizeMb: MEMORY_LIMIT_MB } });
    worker.unref();
    worker.once('message', () => {
      this.isReady = true;
      worker.on('message', (answer: YamlAnswer) => this.finish(answer));
      this.begin();
    });
    worker.on('error', () => this.giveUp());
    this.worker = worker;
    this.timer = setTimeout(() => this.giveUp(), START_LIMIT_MS);
  }

  private stopWorker(): void {
    clearTimeout(this.timer);
    this.worker?.removeAllListeners();
    // A thread out of memory tells so once more while it ends.
    this.worker?.on('error', () => undefined);
    void this.worker?.terminate();
    this.worker = undefined;
    this.isReady = false;
  }

  private finish(answer: YamlAnswer): void {
    const job = this.jobs.shift();
    if (answer.ok) job?.resolve(Buffer.from(answer.json.buffer, answer.json.byteOffset, answer.json.byteLength));
    else job?.reject(new RefusalError(answer.refusal));
    this.begin();
  }

  /** The job at hand is too much; the others get a new thread. */
  private giveUp(): void {
    this.stopWorker();
    this.fail(badRequest('error converting YAML to JSON: the body takes too long or too much memory: send JSON'), 1);
    this.begin();
  }

  private fail(refusal: RefusalError, count: number): void {
    for (const job of this.jobs.splice(0, count)) job.reject(refusal);
  }
}

/** The bundled entry of the thread, also where this file was loaded from its source. */
const WORKER_FILE = new URL('./yaml-worker.js', import.meta.url.replace(/\/src\/.*\.ts$/, '/dist/bundle/main.js'));
