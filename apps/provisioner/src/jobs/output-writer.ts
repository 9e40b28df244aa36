/**
 * What one build prints, a few lines a message, soon after they are printed, and never more than the stream takes:
 *
 *   write() ─► waiting ─ a pause, or enough ─► publish ─► stored
 *      └─ waits while too much waits            └─ not stored in time: dropped, and said so
 */
import { StringDecoder } from 'node:string_decoder';

import { outputSubject } from '@holdfast/contracts';
import type { Job, OutputMessage } from '@holdfast/provision';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import type { BuildOutput } from '../driver.js';

type Stream = OutputMessage['stream'];

export const MOST_BYTES = 8 * 1024 * 1024;
const MESSAGE_BYTES = 64 * 1024;
const PAUSE_MS = 150;
const STORE_LIMIT_MS = 5_000;

export class OutputWriter implements BuildOutput {
  private readonly subject: string;
  private readonly decoders = { stdout: new StringDecoder(), stderr: new StringDecoder() };
  private waiting: { stream: Stream; text: string }[] = [];
  private waitingBytes = 0;
  private taken = 0;
  private dropped = 0;
  private timer: NodeJS.Timeout | undefined;
  private publishing: Promise<void> = Promise.resolve();

  constructor(
    private readonly nc: NatsConnection,
    private readonly job: Job,
  ) {
    this.subject = outputSubject({ namespace: job.namespace, workspace: job.name }, job.build);
  }

  async write(stream: 'stdout' | 'stderr', data: Uint8Array): Promise<void> {
    if (this.taken > MOST_BYTES) return;
    const room = MOST_BYTES - this.taken;
    this.taken += data.length;
    this.add(stream, this.decoders[stream].write(Buffer.from(data.subarray(0, room))));
    if (this.taken > MOST_BYTES) this.note('output cut: a build keeps 8 MiB');
    if (this.waitingBytes >= MESSAGE_BYTES) await this.flush();
  }

  note(text: string): void {
    this.add('note', `${text}\n`);
  }

  /** The last message of the build. */
  async end(text: string): Promise<void> {
    this.note(text);
    await this.flush();
    await this.publish('note', '', true);
  }

  /** Resolves when everything is stored, or given up. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const parts = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    this.publishing = this.publishing.then(() => this.publishAll(parts));
    return this.publishing;
  }

  private add(stream: Stream, text: string): void {
    if (text === '') return;
    const last = this.waiting.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.waiting.push({ stream, text });
    this.waitingBytes += Buffer.byteLength(text);
    this.timer ??= setTimeout(() => void this.flush(), PAUSE_MS);
  }

  private async publishAll(parts: readonly { stream: Stream; text: string }[]): Promise<void> {
    for (const { stream, text } of parts)
      for (let i = 0; i < text.length; i += MESSAGE_BYTES) await this.publish(stream, text.slice(i, i + MESSAGE_BYTES));
  }

  private async publish(stream: Stream, text: string, end?: true): Promise<void> {
    const lost = this.dropped > 0 && stream === 'note' ? `(${this.dropped} characters of output were lost)\n` : '';
    const message: OutputMessage = {
      time: new Date().toISOString(),
      uid: this.job.uid,
      stream,
      text: `${lost}${text}`,
      ...(end === undefined ? {} : { end }),
    };
    try {
      await jetstream(this.nc).publish(this.subject, JSON.stringify(message), { timeout: STORE_LIMIT_MS, retries: 0 });
      if (lost !== '') this.dropped = 0;
    } catch {
      // Output is for people: a build does not wait for it, and does not fail for it.
      this.dropped += text.length;
    }
  }
}
