import { encodeCommit } from '@holdfast/contracts';
import type { CommandRecord, NewEvent } from '@holdfast/contracts';
import { eventually, startTracedNats, whyNoTrace } from '@holdfast/testing';
import type { SystemCall, TracedNats } from '@holdfast/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { JetStreamCommitLog } from './jetstream-commit-log.js';

const noTrace = whyNoTrace();

(noTrace === undefined ? describe : describe.skip)(
  `a commit is on disk before anybody hears of it${noTrace === undefined ? '' : ` (skipped: ${noTrace})`}`,
  () => {
    let nats: TracedNats;
    let nc: NatsConnection;
    let log: JetStreamCommitLog;

    beforeAll(async () => {
      nats = await startTracedNats();
      nc = await connect({ servers: nats.url() });
      log = await JetStreamCommitLog.open({ nc, replicas: 1, create: true, sync: { monitorUrl: nats.monitorUrl } });
    });
    afterAll(async () => {
      await nc?.close();
      await nats?.close();
    });

    it.each([
      { what: 'a single write', commands: [1] },
      { what: 'a batch of independent writes', commands: Array<number>(50).fill(1) },
      { what: 'a transaction of 100', commands: [100] },
    ])('$what', async ({ what, commands }) => {
      const expectedSequence = await log.end();
      const controller = new AbortController();
      const seen = delivered(controller.signal, expectedSequence);
      const id = `traced ${what}`;

      await log.append({ id, data: commit(id, commands), expectedSequence });
      await seen;
      controller.abort();

      const synced = await eventually(async () => syncOf(await nats.calls(), id));
      const answers = (await nats.calls()).filter(tells(id, expectedSequence + 1));
      // The acknowledgement and the message to the follower.
      expect(answers).toHaveLength(2);
      for (const answer of answers) expect(answer.began).toBeGreaterThan(synced.ended);
    });

    const delivered = async (signal: AbortSignal, after: number): Promise<void> => {
      for await (const commit of log.follow({ after, signal })) {
        void commit;
        return;
      }
    };
  },
);

/** The sync of the log's file that followed the write of this commit. */
const syncOf = (calls: readonly SystemCall[], id: string): SystemCall | undefined => {
  const written = calls.find((call) => call.name.startsWith('pwrite') && isLogFile(call) && names(call, id));
  return calls.find(
    (call) => /^f(data)?sync$/.test(call.name) && isLogFile(call) && call.began > (written?.ended ?? Infinity),
  );
};

const isLogFile = ({ text }: SystemCall): boolean => text.includes('/HOLDFAST_LOG/msgs/') && text.includes('.blk>');

const names = ({ text }: SystemCall, id: string): boolean => text.includes(`\\"id\\":\\"${id}\\"`);

/** Whatever goes out over a socket and speaks of the commit: its sequence acknowledged, or the commit itself. */
const tells =
  (id: string, sequence: number) =>
  (call: SystemCall): boolean =>
    call.text.includes('<TCP') &&
    (call.text.includes(`{\\"stream\\":\\"HOLDFAST_LOG\\",\\"seq\\":${sequence}}`) || names(call, id));

const commit = (id: string, eventsOfCommands: readonly number[]): Buffer => {
  const commands = eventsOfCommands.map((events, i): CommandRecord => ({
    id: `${id} ${i}`,
    events,
    actor: 'tester',
    requestID: `request-${i}`,
    correlationID: `correlation-${i}`,
  }));
  const count = eventsOfCommands.reduce((sum, events) => sum + events, 0);
  const header = { schema: 1, id, epoch: 1, instance: 'test', time: '2026-01-01T10:00:00.000Z', commands } as const;
  return encodeCommit(
    header,
    Array.from({ length: count }, (_, i) => event(`rack-${i}`)),
  );
};

const event = (name: string): NewEvent => ({
  record: {
    type: 'created',
    group: '',
    resource: 'configmaps',
    namespace: 'default',
    name,
    uid: name,
    kind: 'ConfigMap',
    apiVersion: 'v1',
    changed: [''],
  },
  object: Buffer.from(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}}`),
});
