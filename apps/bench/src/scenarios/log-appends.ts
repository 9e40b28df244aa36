/** The same writes straight to the log: what the way through our own code costs shows as the difference. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeCommit } from '@holdfast/contracts';
import type { NewEvent } from '@holdfast/contracts';
import { startNatsServer } from '@holdfast/local-stack';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';

import { CLIENT_COUNTS } from '../measures.js';
import { percentile } from '../statistics.js';
import { Names, widgetBytes } from '../widgets.js';
import { clientsText } from './scenario.js';
import type { Scenario } from './scenario.js';

const WARM_UP_MS = 300;

export const logAppends: readonly Scenario[] = CLIENT_COUNTS.map((clients) => ({
  name: `log appends, ${clientsText(clients)}`,
  run: async (_bench, seconds) => {
    const dir = await mkdtemp(join(tmpdir(), 'holdfast-bench-log-'));
    const server = await startNatsServer({ dir });
    const nc = await connectNats({ url: server.url('store'), name: 'bench' });
    try {
      const log = await JetStreamCommitLog.open({
        nc,
        replicas: 1,
        create: true,
        sync: { monitorUrl: server.monitorUrl },
      });
      const writer = new GroupWriter(log, await log.end());
      const latencies = await appendInLoop(writer, clients, seconds * 1_000);
      return {
        [`log appends/s, ${clientsText(clients)}`]: latencies.length / seconds,
        [`log append p50, ${clientsText(clients)}`]: percentile(latencies, 0.5),
        [`log append p99, ${clientsText(clients)}`]: percentile(latencies, 0.99),
      };
    } finally {
      await nc.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    }
  },
}));

const appendInLoop = async (writer: GroupWriter, clients: number, measureMs: number): Promise<readonly number[]> => {
  const names = new Names();
  const latencies: number[] = [];
  const begin = performance.now() + WARM_UP_MS;
  const end = begin + measureMs;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const sentAt = performance.now();
      await writer.write(eventOf(names.fresh()));
      const now = performance.now();
      if (now >= begin && now < end) latencies.push(now - sentAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return latencies;
};

/** Collects while one append is in flight, as the transactor does, and decides nothing. */
class GroupWriter {
  private collecting: { readonly event: NewEvent; readonly done: () => void }[] = [];
  private busy = false;

  constructor(
    private readonly log: JetStreamCommitLog,
    private sequence: number,
  ) {}

  write(event: NewEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.collecting.push({ event, done: resolve });
      if (!this.busy) this.flush().catch(reject);
    });
  }

  private async flush(): Promise<void> {
    this.busy = true;
    while (this.collecting.length > 0) {
      const group = this.collecting.splice(0, 1_000);
      const id = randomUUID();
      const commands = group.map(({ event }) => ({
        id: event.record.uid,
        events: 1,
        actor: 'bench',
        requestID: event.record.uid,
        correlationID: event.record.uid,
      }));
      const header = { schema: 1 as const, id, epoch: 1, instance: 'bench', time: new Date().toISOString(), commands };
      const data = encodeCommit(
        header,
        group.map(({ event }) => event),
      );
      const outcome = await this.log.append({ id, data, expectedSequence: this.sequence });
      if (outcome.status === 'refused')
        throw new Error(`the log ends at ${outcome.end}, ${this.sequence} was expected`);
      this.sequence = outcome.sequence;
      for (const { done } of group) done();
    }
    this.busy = false;
  }
}

const eventOf = (name: string): NewEvent => ({
  record: {
    type: 'created',
    group: 'bench.holdfast.dev',
    resource: 'widgets',
    namespace: 'default',
    name,
    uid: randomUUID(),
    kind: 'Widget',
    apiVersion: 'v1',
    changed: [],
  },
  object: widgetBytes(name),
});
