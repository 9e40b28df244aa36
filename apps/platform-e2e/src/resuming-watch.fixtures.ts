/** A watch as informers keep it: whenever its connection ends, it goes on after the last version it has seen. */
import { setTimeout as delay } from 'node:timers/promises';

import type { EventType, LogEvent } from '@holdfast/contracts';

import type { GatewayClient } from './gateway-client.fixtures.js';

const PAUSE_MS = 50;

/** `ADDED web-1 5120`: what happened, to whom, and which version came of it. */
export type Sighting = string;

export class ResumingWatch {
  readonly seen: Sighting[] = [];
  /** How often the connection ended while nobody wanted it to. */
  interruptions = 0;
  private readonly ended = new AbortController();
  private readonly running: Promise<void>;

  /** `clients` are asked in turn, so that a resumption meets another gateway. */
  constructor(
    private readonly clients: readonly GatewayClient[],
    private readonly path: string,
    private version: string,
  ) {
    this.running = this.run();
    // Whoever stops it is told.
    this.running.catch(() => undefined);
  }

  hasSeen(name: string): boolean {
    return this.seen.some((sighting) => sighting.split(' ')[1] === name);
  }

  /** Rejects when the watch was told that its version is no longer there. */
  async stop(): Promise<readonly Sighting[]> {
    this.ended.abort();
    await this.running;
    return this.seen;
  }

  private async run(): Promise<void> {
    for (let turn = 0; !this.ended.signal.aborted; turn++) {
      const error = await this.once(this.clients[turn % this.clients.length] as GatewayClient);
      if (error !== undefined) throw new Error(`the watch from ${this.version} was ended: ${error}`);
      if (this.ended.signal.aborted) return;
      this.interruptions += 1;
      await delay(PAUSE_MS);
    }
  }

  /** Follows one connection to its end; returns what the server refused to go on for. */
  private async once(client: GatewayClient): Promise<string | undefined> {
    const query = { resourceVersion: this.version, allowWatchBookmarks: 'true' };
    try {
      for await (const { type, object } of client.watch(this.path, query, this.ended.signal)) {
        if (type === 'ERROR') return JSON.stringify(object);
        this.version = object.metadata.resourceVersion;
        if (type !== 'BOOKMARK') this.seen.push(`${type} ${object.metadata.name} ${this.version}`);
      }
    } catch {
      // The connection broke, or nobody was there: the next one goes on from the same version.
    }
    return undefined;
  }
}

/** What a watch must show of these events of the log. */
export const sightingsOf = (events: readonly LogEvent[]): Sighting[] =>
  events.map(({ record, version }) => `${watchType(record.type)} ${record.name} ${version}`);

const watchType = (type: EventType): string => {
  if (type === 'created') return 'ADDED';
  return type === 'deleted' ? 'DELETED' : 'MODIFIED';
};
