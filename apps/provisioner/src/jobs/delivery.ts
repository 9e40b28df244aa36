/** A message of a work queue, as it was delivered: it is whoever has it who says what becomes of it. */
import type { Msg, NatsConnection } from '@nats-io/transport-node';

const ACK_LIMIT_MS = 5_000;

export class Delivery {
  constructor(
    private readonly nc: NatsConnection,
    private readonly message: Msg,
  ) {}

  get data(): Uint8Array {
    return this.message.data;
  }

  get subject(): string {
    return this.message.subject;
  }

  /** 1 for the first delivery. */
  get attempt(): number {
    // `$JS.ACK.<stream>.<consumer>.<deliveries>.…`, or with `<domain>.<account>` before the stream.
    const tokens = this.ackSubject.split('.');
    return Number(tokens[tokens.length === 9 ? 4 : 6]);
  }

  /** It is not given to anybody else for another while. */
  working(): void {
    this.nc.publish(this.ackSubject, '+WPI');
  }

  /** Resolves when the server has removed it; rejects when that is not known. */
  async acknowledge(): Promise<void> {
    await this.nc.request(this.ackSubject, '+ACK', { timeout: ACK_LIMIT_MS });
  }

  /** It is delivered again, at once or after the delay. */
  giveBack(delayMs = 0): void {
    this.nc.publish(this.ackSubject, delayMs === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay: delayMs * 1_000_000 })}`);
  }

  /** It is never delivered again. */
  giveUp(): void {
    this.nc.publish(this.ackSubject, '+TERM');
  }

  private get ackSubject(): string {
    return this.message.reply ?? '';
  }
}
