/** Many writers on one object: each reads, adds one, and writes back what it read the version of. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { eventually } from '@holdfast/testing';

import type { Answer, GatewayClient, KubeObject, Sent } from './gateway-client.fixtures.js';
import { configMap, CONFIG_MAPS } from './widgets.fixtures.js';

const PAUSE_MS = 20;

export interface Win {
  /** The version that the writer had read. */
  readonly base: string;
  readonly version: string;
  readonly at: number;
}

export class CounterWriters {
  readonly wins: Win[] = [];
  /** Codes of all answers but 200 and 409; 0 where the connection broke. */
  readonly refusals: number[] = [];
  private going = true;
  private readonly running: Promise<void>[];

  constructor(
    clients: readonly GatewayClient[],
    readonly name: string,
    writers: number,
  ) {
    this.running = Array.from({ length: writers }, (_, i) => this.write(clients[i % clients.length] as GatewayClient));
  }

  static async start(clients: readonly GatewayClient[], name: string, writers: number): Promise<CounterWriters> {
    await clients[0]?.create(CONFIG_MAPS, configMap(name, { count: '0' }));
    return new CounterWriters(clients, name, writers);
  }

  /** Resolves when there are so many more wins. */
  async win(more: number): Promise<void> {
    const enough = this.wins.length + more;
    await eventually(() => this.wins.length >= enough, { withinMs: 60_000, everyMs: 5 });
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.running);
  }

  private async write(client: GatewayClient): Promise<void> {
    while (this.going) {
      const { code, body: read } = await this.ask(client, 'GET');
      if (code !== 200) {
        this.refusals.push(code);
        continue;
      }
      const base = read.metadata.resourceVersion;
      const next = { ...read, data: { count: String(Number(read.data?.['count']) + 1) } };
      const version = await this.put(client, next);
      if (version !== undefined) this.wins.push({ base, version, at: performance.now() });
    }
  }

  /** A connection that broke is an answer without a code. */
  private async ask(
    client: GatewayClient,
    method: string,
    sent: Sent = {},
  ): Promise<Pick<Answer<KubeObject>, 'code' | 'body'>> {
    try {
      return await client.send<KubeObject>(method, `${CONFIG_MAPS}/${this.name}`, sent);
    } catch {
      await delay(PAUSE_MS);
      return { code: 0, body: {} as KubeObject };
    }
  }

  /** The version that was written, or undefined when another was first; an unknown outcome is asked for again. */
  private async put(client: GatewayClient, object: KubeObject): Promise<string | undefined> {
    const headers = { 'idempotency-key': randomUUID() };
    for (;;) {
      const { code, body } = await this.ask(client, 'PUT', { body: object, headers });
      if (code === 200) return body.metadata.resourceVersion;
      if (code === 409) return undefined;
      this.refusals.push(code);
    }
  }
}
