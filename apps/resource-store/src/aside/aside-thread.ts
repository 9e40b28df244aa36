/** The thread aside, as the transactor's thread uses it. It is started with the first job, and ended when it was idle long. */
import { Worker } from 'node:worker_threads';

import { workerFile } from '../threads/worker-file.js';
import type { Verdict } from '../transactor/verdict.js';
import type { AsideCommand } from './aside-job.js';
import type { FromAside, ToAside } from './aside-messages.js';
import type { Reads } from './facts.js';
import { tellFacts } from './tell-facts.js';
import type { NewestState, ToldKinds } from './tell-facts.js';

const IDLE_MS = 60_000;

export type AsideOutcome =
  | { readonly kind: 'decided'; readonly verdict: Verdict; readonly reads: Reads }
  | { readonly kind: 'failed'; readonly problem: string };

interface Job {
  readonly state: NewestState;
  readonly done: (outcome: AsideOutcome) => void;
}

export class AsideThread {
  private worker: Worker | undefined;
  private readonly told: ToldKinds = new Map();
  private readonly jobs = new Map<number, Job>();
  private lastJob = 0;
  private idle: NodeJS.Timeout | undefined;

  /** `done` is called in a later turn, and may then compare what the outcome rests on with the newest state. */
  decide(command: AsideCommand, state: NewestState, done: (outcome: AsideOutcome) => void): void {
    clearTimeout(this.idle);
    this.lastJob += 1;
    this.jobs.set(this.lastJob, { state, done });
    this.send({ kind: 'decide', job: this.lastJob, command });
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    this.jobs.clear();
    await this.worker?.terminate();
  }

  private send(message: ToAside): void {
    this.worker ??= this.start();
    this.worker.postMessage(message);
  }

  private start(): Worker {
    const worker = new Worker(workerFile('./aside-worker.js', import.meta.url));
    worker.on('message', (message: FromAside) => this.receive(message));
    worker.on('error', (error) => this.ended(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => this.ended('its thread ended'));
    // The process may end while the thread waits for work.
    worker.unref();
    return worker;
  }

  private receive(message: FromAside): void {
    const job = this.jobs.get(message.job);
    if (job === undefined) return;
    if (message.kind === 'needs') {
      this.send({ kind: 'facts', job: message.job, facts: tellFacts(job.state, message.needs, this.told) });
      return;
    }
    this.jobs.delete(message.job);
    if (this.jobs.size === 0) this.endWhenIdle();
    job.done(message.kind === 'decided' ? { ...message, verdict: withBuffers(message.verdict) } : message);
  }

  private ended(problem: string): void {
    this.worker = undefined;
    this.told.clear();
    const jobs = [...this.jobs.values()];
    this.jobs.clear();
    for (const { done } of jobs) done({ kind: 'failed', problem });
  }

  private endWhenIdle(): void {
    this.idle = setTimeout(() => void this.worker?.terminate(), IDLE_MS);
    this.idle.unref();
  }
}

/** Buffers arrive from another thread as plain byte arrays. */
const withBuffers = (verdict: Verdict): Verdict => {
  switch (verdict.kind) {
    case 'refused':
      return verdict;
    case 'write':
      return { ...verdict, events: verdict.events.map(eventWithBuffer), object: objectWithBuffer(verdict.object) };
    case 'transaction':
      return {
        ...verdict,
        events: verdict.events.map(eventWithBuffer),
        objects: verdict.objects.map(objectWithBuffer),
      };
  }
};

type VerdictEvent = Extract<Verdict, { kind: 'write' }>['events'][number];
type AnsweredObject = Extract<Verdict, { kind: 'write' }>['object'];

const eventWithBuffer = (event: VerdictEvent): VerdictEvent => ({ ...event, bytes: bufferOf(event.bytes) });

const objectWithBuffer = (object: AnsweredObject): AnsweredObject =>
  object.kind === 'stored' ? { ...object, bytes: bufferOf(object.bytes) } : object;

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
