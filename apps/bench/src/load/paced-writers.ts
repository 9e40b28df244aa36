/** Writers that together send at a rate, whatever the answers take (up to their number in flight). */
import { HttpConnection } from './http-connection.js';
import type { Endpoint, HttpRequest } from './http-connection.js';

export interface PacedOptions {
  readonly endpoint: Endpoint;
  readonly perSecond: number;
  readonly connections: number;
  readonly durationMs: number;
  /** Called right before a request is sent. */
  readonly next: () => HttpRequest;
}

/** Resolves with the latencies of the second half in milliseconds: the first half warms everything up. */
export const runPaced = async (options: PacedOptions): Promise<readonly number[]> => {
  const { endpoint, perSecond, durationMs } = options;
  const connections = await Promise.all(
    Array.from({ length: options.connections }, () => HttpConnection.open(endpoint)),
  );
  const begun = performance.now();
  const latencies: number[] = [];
  let sent = 0;
  const writeUntilTheEnd = async (connection: HttpConnection): Promise<void> => {
    for (;;) {
      const due = begun + (sent / perSecond) * 1_000;
      sent += 1;
      if (due > begun + durationMs) return;
      await until(due);
      const { status, totalMs, body } = await connection.request(options.next());
      if (status >= 300) throw new Error(`a paced write answered HTTP ${status}: ${body.toString('utf8', 0, 500)}`);
      if (due > begun + durationMs / 2) latencies.push(totalMs);
    }
  };
  try {
    await Promise.all(connections.map(writeUntilTheEnd));
  } finally {
    for (const connection of connections) connection.close();
  }
  return latencies;
};

const until = async (time: number): Promise<void> => {
  const ms = time - performance.now();
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
};
