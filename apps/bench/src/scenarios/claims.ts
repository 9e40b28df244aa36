/** Claims on ready workspaces, over HTTPS, on a stack of their own: what they leave behind is nobody's load. */
import { startBenchStack } from '../bench-stack.js';
import type { BenchStack } from '../bench-stack.js';
import { HttpConnection } from '../load/http-connection.js';
import { claimOn, PoolWriter } from '../pools.js';
import { percentile } from '../statistics.js';
import { clientsText } from './scenario.js';
import type { Scenario } from './scenario.js';

/** Clients, and how many claims they make together. */
const LOADS = [
  [1, 500],
  [16, 3_000],
  [64, 5_000],
] as const;

/** Until the compilers of all processes have done with the path of a claim. */
const WARM_UP_CLAIMS = 6_000;
const POOLS = 20;

export const warmClaims: Scenario = {
  name: 'warm claims',
  run: async () => {
    const own = await startBenchStack();
    try {
      const writer = await PoolWriter.open(own);
      try {
        await claimAll(own, writer, { clients: 16, claims: WARM_UP_CLAIMS, prefix: 'warm-up' });
        const results: Record<string, number> = {};
        for (const [clients, claims] of LOADS) {
          const { perSecond, latencies } = await claimAll(own, writer, { clients, claims, prefix: `of-${clients}` });
          results[`warm claims/s, ${clientsText(clients)}`] = perSecond;
          results[`warm claim p50, ${clientsText(clients)}`] = percentile(latencies, 0.5);
          results[`warm claim p99, ${clientsText(clients)}`] = percentile(latencies, 0.99);
        }
        return results;
      } finally {
        await writer.close();
      }
    } finally {
      await own.stop();
    }
  },
};

interface Load {
  readonly clients: number;
  readonly claims: number;
  readonly prefix: string;
}

const claimAll = async ({ endpoint }: BenchStack, writer: PoolWriter, { clients, claims, prefix }: Load) => {
  const presets = Array.from({ length: POOLS }, (_, i) => `${prefix}-${i}`);
  for (const preset of presets) await writer.preset(preset, { instances: claims / POOLS, paused: true });
  await writer.ready(presets, claims);
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(endpoint)));
  const latencies: number[] = [];
  let next = 0;
  const client = async (connection: HttpConnection): Promise<void> => {
    while (next < claims) {
      const response = await connection.request(claimOn(presets[next++ % POOLS] ?? ''));
      if (response.status !== 201 || !response.body.includes('"source":"warm"'))
        throw new Error(`HTTP ${response.status}: ${response.body.toString('utf8', 0, 500)}`);
      latencies.push(response.totalMs);
    }
  };
  const begun = performance.now();
  try {
    await Promise.all(connections.map(client));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { perSecond: claims / ((performance.now() - begun) / 1_000), latencies };
};
