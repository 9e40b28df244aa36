/** Whether the connection to NATS is up. */
import type { NatsConnection, Status } from '@nats-io/transport-node';

export class Link {
  readonly #listeners = new Set<() => void>();
  readonly #statuses: AsyncIterable<Status> & { stop?: () => void };
  #connected: boolean;

  constructor(readonly nc: NatsConnection) {
    this.#connected = !nc.isClosed();
    this.#statuses = nc.status();
    void this.#watch();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Calls back whenever the connection went away or came back; returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#statuses.stop?.();
    this.#listeners.clear();
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#statuses) {
      if (type === 'disconnect' || type === 'close') this.#set(false);
      if (type === 'reconnect') this.#set(true);
    }
  }

  #set(connected: boolean): void {
    this.#connected = connected;
    for (const listener of [...this.#listeners]) listener();
  }
}
