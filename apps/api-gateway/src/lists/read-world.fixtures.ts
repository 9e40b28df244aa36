/** A real log, its projector and read models, and the doors of lists, watches and the past before them. */
import { boundaryOf } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { migrate, openPool, ProjectionWatch, ReadModels, runProjector } from '@holdfast/read-models';
import { startNats } from '@holdfast/testing';
import type { CommandSender } from '@holdfast/command-client';
import { deleteCollection } from './delete-collection.js';
import { JetStreamRunRecords } from '../explain/run-records.js';
import { whyHandler } from '../explain/why-handler.js';
import { historyHandler } from '../history/history-handler.js';
import { pastHandler } from '../history/past-handler.js';
import { rollbackHandler } from '../history/rollback-handler.js';
import { openStream, startTestGateway } from '../watch/gateway.fixtures.js';
import type { EventStream } from '../watch/gateway.fixtures.js';
import { watchHandler } from '../watch/watch-handler.js';
import { WatchHub } from '../watch/watch-hub.js';
import { encodedCommit } from '../watch/watch.fixtures.js';
import type { TestEvent } from '../watch/watch.fixtures.js';
import { listHandler } from './list-handler.js';
import { reachedBy } from './reached-by.js';
import { ReadModelsReader } from './read-models-reader.js';

export interface ReadWorld {
  readonly log: JetStreamCommitLog;
  /** Appends a commit and answers the sequence that it got. */
  append(...events: readonly TestEvent[]): Promise<number>;
  ask(path: string, init?: RequestInit): Promise<Response>;
  watch(query: string, headers?: Record<string, string>): Promise<EventStream>;
  close(): Promise<void>;
}

const noCommands: CommandSender = { send: () => Promise.reject(new Error('no command is expected here')) };

export const startReadWorld = async (databaseUrl: string, commands: CommandSender = noCommands): Promise<ReadWorld> => {
  const nats = await startNats();
  await migrate(databaseUrl);
  const [ours, projectors] = await Promise.all(
    ['gateway', 'projector'].map((name) => connectNats({ url: nats.url(), name })),
  );
  if (ours === undefined || projectors === undefined) throw new Error('NATS was not reached');
  const options = { replicas: 1, create: true, sync: { trust: true } } as const;
  const log = await JetStreamCommitLog.open({ nc: ours, ...options });
  const stopping = new AbortController();
  const projecting = runProjector({
    log: await JetStreamCommitLog.open({ nc: projectors, ...options }),
    databaseUrl,
    nc: projectors,
    signal: stopping.signal,
    report: () => undefined,
  });
  const pool = openPool({ url: databaseUrl, name: 'spec' });
  const projection = new ProjectionWatch(ours);
  const confirmedEnd = async (): Promise<number> => boundaryOf(await log.end());
  const reader = new ReadModelsReader({
    models: new ReadModels(pool),
    confirmedEnd,
    projected: reachedBy(projection),
    onFailure: () => undefined,
  });
  const hub = await WatchHub.start({
    log,
    onCommit: () => undefined,
    onLost: () => undefined,
    onFailure: () => undefined,
    metrics: { opened: () => undefined, delivered: () => undefined, closed: () => undefined },
  });
  const gateway = await startTestGateway({
    list: listHandler(reader),
    watch: watchHandler({ hub, reader, confirmedEnd, random: () => 0, onFailure: () => undefined }),
    deletecollection: deleteCollection({ reader, commands }),
    past: pastHandler(reader),
    history: historyHandler(reader),
    why: whyHandler({ reader, runs: new JetStreamRunRecords(ours), onFailure: () => undefined }),
    rollback: rollbackHandler({ reader, commands }),
  });
  const streams: EventStream[] = [];
  let end = 0;
  return {
    log,
    append: async (...events) => {
      const id = `commit-${end + 1}`;
      const outcome = await log.append({ id, data: encodedCommit(id, ...events), expectedSequence: end });
      if (outcome.status !== 'accepted') throw new Error(`commit ${id} was refused: the log ends at ${outcome.end}`);
      return (end = outcome.sequence);
    },
    ask: (path, init) => fetch(`${gateway.url}${path}`, init),
    watch: async (query, headers) => {
      const stream = await openStream(`${gateway.url}/widgets?watch=true&${query}`, headers);
      streams.push(stream);
      return stream;
    },
    close: async () => {
      for (const stream of streams) stream.close();
      await hub.stop();
      await gateway.close();
      projection.close();
      stopping.abort();
      await projecting;
      await pool.end();
      await Promise.all([ours.close(), projectors.close()]);
      await nats.close();
    },
  };
};
