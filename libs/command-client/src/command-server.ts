/** The transactor's end: takes frames of commands, answers each when it is decided, many answers to a message. */
import { commandSubject, decodeFrame, encodeFrames, NO_BODY, senderOfReply } from '@holdfast/contracts';
import type { Command, FrameItem, Reply } from '@holdfast/contracts';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

import type { Answer, CommandHandler, Transactor } from './commands.js';
import { refused } from './refusals.js';

export interface CommandServerOptions {
  readonly nc: NatsConnection;
  /** The epoch that was won, and the own name: together the subject that is listened to. */
  readonly transactor: Transactor;
  readonly handler: CommandHandler;
  /** Told what a handler threw, and of frames that cannot be read (then without a command). */
  readonly report: (error: unknown, command?: Command) => void;
}

interface Outgoing {
  readonly replyTo: string;
  readonly items: FrameItem<Reply>[];
}

const FRAME_BYTES = 1024 * 1024;
const PAYLOAD_RESERVE = 1024;

export class CommandServer {
  readonly #options: CommandServerOptions;
  readonly #outgoing = new Map<string, Outgoing>();
  readonly #deciding = new Set<Promise<void>>();
  #subscription: Subscription | undefined;

  constructor(options: CommandServerOptions) {
    this.#options = options;
  }

  start(): void {
    const { nc, transactor, report } = this.#options;
    this.#subscription = nc.subscribe(commandSubject(transactor.instance, transactor.epoch), {
      callback: (error, msg) => {
        if (error === null) this.#receive(msg);
        else report(error);
      },
    });
  }

  /** Takes no more commands; resolves when those that were taken are answered, or left to the next transactor. */
  async stop(): Promise<void> {
    await this.#takeLast();
    await Promise.allSettled(this.#deciding);
    this.#flush();
  }

  /** Takes what the server had delivered already: nobody would tell its senders that it was dropped. */
  async #takeLast(): Promise<void> {
    try {
      await this.#subscription?.drain();
    } catch {
      // Without a connection there is nothing more to come.
    }
  }

  #receive(msg: Msg): void {
    if (msg.reply === undefined || msg.reply === '') return;
    try {
      for (const item of decodeFrame<Command>(msg.data)) this.#decide(item, msg.reply);
    } catch (error) {
      this.#options.report(error);
    }
  }

  #decide({ tag, head, body }: FrameItem<Command>, replyTo: string): void {
    const deciding = this.#answerTo(head, body).then((answer) => {
      this.#deciding.delete(deciding);
      if (answer !== undefined) this.#enqueue({ tag, head: answer.reply, body: answer.body }, replyTo);
    });
    this.#deciding.add(deciding);
  }

  async #answerTo(command: Command, body: Buffer): Promise<Answer | undefined> {
    try {
      return await this.#options.handler(command, body);
    } catch (error) {
      this.#options.report(error, command);
      const message = error instanceof Error ? error.message : String(error);
      return refused({ reason: 'InternalError', message: `the store failed on this command: ${message}` });
    }
  }

  #enqueue(item: FrameItem<Reply>, replyTo: string): void {
    if (this.#outgoing.size === 0) setImmediate(() => this.#flush());
    const sender = senderOfReply(replyTo);
    const outgoing = this.#outgoing.get(sender);
    if (outgoing === undefined) this.#outgoing.set(sender, { replyTo, items: [item] });
    else outgoing.items.push(item);
  }

  #flush(): void {
    const batches = [...this.#outgoing.values()];
    this.#outgoing.clear();
    const { nc, report } = this.#options;
    if (nc.isClosed()) return;
    const limit = (nc.info?.max_payload ?? FRAME_BYTES) - PAYLOAD_RESERVE;
    for (const { replyTo, items } of batches) {
      const fitting = items.map((item) => (item.body.length > limit ? tooLargeToAnswer(item, limit) : item));
      for (const { data } of encodeFrames(fitting, FRAME_BYTES)) {
        try {
          nc.publish(replyTo, data);
        } catch (error) {
          report(error);
        }
      }
    }
  }
}

const tooLargeToAnswer = ({ tag, body }: FrameItem<Reply>, limit: number): FrameItem<Reply> => {
  const message = `the answer has ${body.length} bytes, at most ${limit} can be sent`;
  return { tag, head: { status: 'refused', refusal: { reason: 'InternalError', message } }, body: NO_BODY };
};
