/** What is derived from the log and runs beside the transactor, in one thread of its own: public events and rows. */
import { JetStreamCommitLog } from '@holdfast/log';
import type { Replicas } from '@holdfast/log';
import { connectNats } from '@holdfast/nest-platform';
import { runProjector } from '@holdfast/read-models';

import { faultPoints } from '../fault.js';
import type { Fault } from '../fault.js';
import { EventsStream } from '../publisher/events-stream.js';
import type { EventsLimits } from '../publisher/events-stream.js';
import type { LogCount } from '../publisher/publish-position.js';
import { Publisher } from '../publisher/publisher.js';

export interface FeedsConfig {
  readonly natsUrl: string;
  readonly databaseUrl: string;
  readonly instance: string;
  readonly replicas: Replicas;
  readonly events: EventsLimits;
  readonly known: LogCount;
  readonly fault: Fault | undefined;
}

export type FeedsMessage =
  | { readonly kind: 'published'; readonly events: number }
  | { readonly kind: 'projected'; readonly sequence: number }
  | { readonly kind: 'interrupted'; readonly feed: 'publisher' | 'projector'; readonly problem: string };

/** Runs until the signal ends it. */
export const runFeeds = async (
  config: FeedsConfig,
  tell: (message: FeedsMessage) => void,
  signal: AbortSignal,
): Promise<void> => {
  const nc = await connectNats({ url: config.natsUrl, name: `${config.instance} feeds` });
  try {
    // The store has looked at the server before.
    const log = await JetStreamCommitLog.open({ nc, replicas: config.replicas, create: false, sync: { trust: true } });
    const reach = faultPoints(config.fault);
    const interrupted = (feed: 'publisher' | 'projector') => (error: unknown) =>
      tell({ kind: 'interrupted', feed, problem: error instanceof Error ? error.message : String(error) });
    const publisher = new Publisher({
      nc,
      log,
      openStream: () => EventsStream.open(nc, config.replicas, config.events),
      reach,
      known: config.known,
      published: (events) => tell({ kind: 'published', events }),
      interrupted: interrupted('publisher'),
    });
    const projecting = runProjector({
      nc,
      log,
      databaseUrl: config.databaseUrl,
      signal,
      report: (report) => {
        if (report.status === 'waiting') interrupted('projector')(report.problem);
        if (report.status === 'working') tell({ kind: 'projected', sequence: report.sequence });
        if (report.status === 'projected') tell({ kind: 'projected', sequence: report.sequence });
      },
    });
    await Promise.all([publisher.run(signal), projecting]);
    log.close();
  } finally {
    await nc.close();
  }
};
