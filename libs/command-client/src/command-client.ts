/**
 * Sends commands to the transactor, wherever it moves, and finds their answers.
 *
 *   send ─► outbox ─(end of the event loop's turn)─► one frame to hf.cmd.<instance>.<epoch>
 *   reply ─► by tag to its command
 *   nobody there, or silence ─► the log's newest commit says who the transactor is now ─► the same commands again
 *   silence for longer than a take-over ─► refused at once, until a look of our own is answered
 */
import {
  commandSubject,
  decodeFrame,
  encodeFrames,
  FrameFormatError,
  NO_BODY,
  replySubject,
  replySubjectOfFrame,
} from '@holdfast/contracts';
import type { Command, Frame, FrameItem, Reply } from '@holdfast/contracts';
import { Link } from '@holdfast/log';
import type { CommitLog } from '@holdfast/log';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';

import type { Answer, CommandSender, Transactor } from './commands.js';
import { Pending } from './pending.js';
import { outcomeUnknown, refused, tooLarge, tooManyInFlight, unavailable } from './refusals.js';
import { Silence } from './silence.js';

export interface CommandClientOptions {
  readonly nc: NatsConnection;
  /** Unique per process: names the inbox of the replies. */
  readonly sender: string;
  /** Its newest commit says who the transactor is. */
  readonly log: Pick<CommitLog, 'last'>;
  readonly maxInFlight?: number;
}

const MAX_IN_FLIGHT = 10_000;
const MAX_BYTES_IN_FLIGHT = 128 * 1024 * 1024;
/** Larger frames only make others wait. */
const FRAME_BYTES = 1024 * 1024;
/** Room in a message for its subject and the server's own needs. */
const PAYLOAD_RESERVE = 1024;
const SWEEP_MS = 50;
/** Between two looks at the log. */
const LOOK_MS = 100;
/** NATS may be away for so long before commands that were never sent are refused. */
const PATIENCE_MS = 2_000;
/** A look that nobody else asked for waits so long, then the next one is sent. */
const LOOK_LIMIT_MS = 1_000;
const NO_RESPONDERS = 503;
const STOPPING = 'the service is stopping';
const MAX_TAG = 0xffff_ffff;

export class CommandClient implements CommandSender {
  readonly #options: CommandClientOptions;
  readonly #link: Link;
  readonly #maxInFlight: number;
  readonly #pending = new Map<number, Pending>();
  /** Frames lately sent, to tell whose commands a `no responders` speaks of. */
  readonly #frames = new Map<number, { readonly commands: readonly Pending[]; readonly sentAt: number }>();
  #outbox: Pending[] = [];
  #bytes = 0;
  #lastTag = 0;
  #lastFrame = 0;
  #transactor: Transactor | undefined;
  #awaySince: number | undefined;
  readonly #silence = new Silence();
  /** Finds out whether the transactor is back; while there is one, no other is sent. */
  #probe: Pending | undefined;
  #looking = false;
  #lookedAt = 0;
  #closed = false;
  #subscription: Subscription | undefined;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: CommandClientOptions) {
    this.#options = options;
    this.#maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT;
    this.#link = new Link(options.nc);
    this.#link.onChange(() => this.#connectionChanged());
  }

  /** Who takes commands now, as far as is known. */
  get transactor(): Transactor | undefined {
    return this.#transactor;
  }

  /** Listens for replies and looks who the transactor is; resolves also when there is none yet. */
  async start(): Promise<void> {
    this.#subscription = this.#options.nc.subscribe(replySubject(this.#options.sender), {
      callback: (error, msg) => {
        if (error === null) this.#receive(msg);
      },
    });
    this.#sweeper = setInterval(() => this.#sweep(Date.now()), SWEEP_MS);
    await this.#look();
  }

  send(command: Command, body: Buffer): Promise<Answer> {
    const refusal = this.#refusalAtOnce(body);
    if (refusal !== undefined) return Promise.resolve(refused(refusal));
    return new Promise((resolve) => void this.#ask(command, body, resolve));
  }

  /** Somebody who follows the log saw this transactor take over: what waits goes to it at once. */
  observe(transactor: Transactor): void {
    if (this.#transactor !== undefined && transactor.epoch <= this.#transactor.epoch) return;
    this.#transactor = { instance: transactor.instance, epoch: transactor.epoch };
    this.#silence.listenAnew(Date.now());
    this.#enqueue([...this.#pending.values()].filter((pending) => !pending.queued));
  }

  /** Refuses what waits and stops listening; the connection stays its owner's. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    this.#subscription?.unsubscribe();
    this.#link.close();
    for (const pending of [...this.#pending.values()]) this.#giveUp(pending, STOPPING);
  }

  #refusalAtOnce(body: Buffer): ReturnType<typeof unavailable> | undefined {
    if (this.#closed) return unavailable(STOPPING);
    if (this.#silence.isAway(Date.now())) return unavailable(this.#whyNobodyAnswered());
    const limit = this.#payloadLimit();
    if (body.length > limit) return tooLarge(body.length, limit);
    if (this.#pending.size >= this.#maxInFlight) return tooManyInFlight(`${this.#pending.size} commands`);
    if (this.#bytes + body.length > MAX_BYTES_IN_FLIGHT) return tooManyInFlight(`commands of ${this.#bytes} bytes`);
    return undefined;
  }

  #ask(command: Command, body: Buffer, resolve: (answer: Answer) => void): Pending {
    const now = Date.now();
    const pending = new Pending({ tag: this.#nextTag(), command, body, now, resolve });
    this.#pending.set(pending.tag, pending);
    this.#bytes += body.length;
    this.#silence.asked(now);
    this.#enqueue([pending]);
    return pending;
  }

  #payloadLimit(): number {
    return (this.#options.nc.info?.max_payload ?? FRAME_BYTES) - PAYLOAD_RESERVE;
  }

  #nextTag(): number {
    do this.#lastTag = this.#lastTag === MAX_TAG ? 1 : this.#lastTag + 1;
    while (this.#pending.has(this.#lastTag));
    return this.#lastTag;
  }

  #enqueue(commands: readonly Pending[]): void {
    if (commands.length === 0) return;
    if (this.#outbox.length === 0) setImmediate(() => this.#flush());
    for (const pending of commands) {
      pending.queued = true;
      this.#outbox.push(pending);
    }
  }

  #flush(): void {
    const commands = this.#outbox.filter((pending) => this.#pending.has(pending.tag));
    this.#outbox = [];
    for (const pending of commands) pending.queued = false;
    // Without somebody to send to, the sweep sends once there is.
    if (this.#transactor === undefined || !this.#link.connected) return;
    const items = commands.map((pending) => ({ tag: pending.tag, head: pending.command, body: pending.body }));
    for (const frame of encodeFrames<Command>(items, FRAME_BYTES)) this.#publish(frame, this.#transactor);
  }

  #publish(frame: Frame<Command>, { instance, epoch }: Transactor): void {
    const commands = frame.items.flatMap(({ tag }) => this.#pending.get(tag) ?? []);
    const limit = this.#payloadLimit();
    if (frame.data.length > limit) {
      for (const pending of commands) this.#settle(pending, refused(tooLarge(frame.data.length, limit)));
      return;
    }
    const number = ++this.#lastFrame;
    const sentAt = Date.now();
    this.#options.nc.publish(commandSubject(instance, epoch), frame.data, {
      reply: replySubjectOfFrame(this.#options.sender, number),
    });
    this.#frames.set(number, { commands, sentAt });
    for (const pending of commands) pending.sent(sentAt);
  }

  #receive(msg: Msg): void {
    if (msg.data.length === 0 && msg.headers?.code === NO_RESPONDERS) {
      this.#nobodyThere(Number(msg.subject.slice(msg.subject.lastIndexOf('.') + 1)));
      return;
    }
    const replies = repliesIn(msg.data);
    for (const { tag, head, body } of replies) {
      const pending = this.#pending.get(tag);
      if (pending !== undefined) this.#settle(pending, { reply: head, body });
    }
    if (replies.length > 0) this.#silence.heard(Date.now(), this.#pending.size > 0);
  }

  #nobodyThere(frame: number): void {
    for (const pending of this.#frames.get(frame)?.commands ?? []) pending.returned();
    this.#frames.delete(frame);
    void this.#look();
  }

  #settle(pending: Pending, answer: Answer): void {
    this.#pending.delete(pending.tag);
    this.#bytes -= pending.body.length;
    pending.resolve(answer);
  }

  #giveUp(pending: Pending, why: string): void {
    this.#settle(pending, refused(pending.mayHaveHappened ? outcomeUnknown(why) : unavailable(why)));
  }

  #connectionChanged(): void {
    this.#awaySince = this.#link.connected ? undefined : (this.#awaySince ?? Date.now());
    if (!this.#link.connected) return;
    this.#silence.listenAnew(Date.now());
    void this.#look();
  }

  /** Everything that time alone brings about. */
  #sweep(now: number): void {
    for (const [number, { sentAt }] of this.#frames) {
      if (now - sentAt < PATIENCE_MS) break;
      this.#frames.delete(number);
    }
    this.#silence.check(now);
    let isDue = false;
    for (const pending of this.#pending.values()) {
      if (this.#isHopeless(pending, now)) this.#giveUp(pending, this.#whyNobodyAnswered());
      else isDue ||= pending.isDue(now);
    }
    if (this.#silence.isWorrying(now)) this.#probeTransactor(now);
    if (isDue) void this.#look();
  }

  #isHopeless(pending: Pending, now: number): boolean {
    if (now >= pending.command.deadline) return true;
    if (pending === this.#probe) return false;
    if (pending.mayHaveHappened) return this.#silence.outlasts(pending.askedAt, now);
    return this.#silence.isAway(now) || (this.#awaySince !== undefined && now - this.#awaySince >= PATIENCE_MS);
  }

  /** Who is refused asks the transactor nothing, so we do. */
  #probeTransactor(now: number): void {
    if (this.#probe !== undefined || !this.#link.connected) return;
    const { sender } = this.#options;
    const id = `${sender}-look-${now}`;
    const look: Command = {
      id,
      deadline: now + LOOK_LIMIT_MS,
      actor: `system:holdfast:${sender}`,
      requestID: id,
      correlationID: id,
      request: { verb: 'look' },
    };
    this.#probe = this.#ask(look, NO_BODY, () => (this.#probe = undefined));
  }

  #whyNobodyAnswered(): string {
    if (!this.#link.connected) return 'NATS is away';
    return this.#transactor === undefined ? 'there is no transactor' : 'the transactor does not answer';
  }

  /** Reads from the log who the transactor is, then sends what it has not answered in time. */
  async #look(): Promise<void> {
    if (this.#looking || !this.#link.connected || Date.now() - this.#lookedAt < LOOK_MS) return;
    this.#looking = true;
    try {
      const newest = await this.#options.log.last();
      if (newest !== undefined) this.observe(newest.header);
      this.#sendAgain(Date.now());
    } catch {
      // The log does not answer now; the sweep asks again.
    } finally {
      this.#looking = false;
      this.#lookedAt = Date.now();
    }
  }

  #sendAgain(now: number): void {
    if (this.#transactor === undefined) return;
    this.#enqueue([...this.#pending.values()].filter((pending) => pending.isDue(now)));
  }
}

/** A message that is no frame of replies answers nobody; the deadline does. */
const repliesIn = (data: Uint8Array): FrameItem<Reply>[] => {
  try {
    return decodeFrame<Reply>(data);
  } catch (error) {
    if (error instanceof FrameFormatError) return [];
    throw error;
  }
};
