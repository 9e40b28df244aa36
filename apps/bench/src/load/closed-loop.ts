/** Clients that send their next request when the last one was answered. */
import { HttpConnection } from './http-connection.js';
import type { Endpoint, HttpRequest } from './http-connection.js';
import { percentile } from '../statistics.js';

export interface LoopResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

export interface LoopOptions {
  readonly endpoint: Endpoint;
  readonly clients: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly next: () => HttpRequest;
  /** Statuses that count as success; anything else ends the run with the server's words. */
  readonly expect: readonly number[];
  /** Things done by one request, 1 when missing. */
  readonly weight?: number;
}

export const runClosedLoop = async (options: LoopOptions): Promise<LoopResult> => {
  const { endpoint, clients, warmUpMs, measureMs } = options;
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(endpoint)));
  const begin = performance.now() + warmUpMs;
  const end = begin + measureMs;
  const latencies: number[] = [];
  try {
    await Promise.all(connections.map((connection) => runClient(connection, options, { begin, end, latencies })));
  } finally {
    for (const connection of connections) connection.close();
  }
  return {
    perSecond: (latencies.length * (options.weight ?? 1)) / (measureMs / 1_000),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
};

interface Window {
  readonly begin: number;
  readonly end: number;
  readonly latencies: number[];
}

const runClient = async (connection: HttpConnection, options: LoopOptions, { begin, end, latencies }: Window) => {
  while (performance.now() < end) {
    const response = await connection.request(options.next());
    if (!options.expect.includes(response.status)) {
      throw new Error(`HTTP ${response.status}: ${response.body.toString('utf8', 0, 500)}`);
    }
    const now = performance.now();
    if (now >= begin && now < end) latencies.push(response.totalMs);
  }
};
