/** What is derived from the log and runs beside the transactor, in one thread of its own: public events and rows. */
import { setTimeout as delay } from 'node:timers/promises';

import { JetStreamCommitLog } from '@holdfast/log';
import type { Replicas } from '@holdfast/log';
import { connectNats, faultPoints } from '@holdfast/nest-platform';
import { runProjector } from '@holdfast/read-models';
import type { ProjectorOptions, ProjectorReport } from '@holdfast/read-models';

import type { Fault } from '../fault.js';
import { mirrorEvents } from '../publisher/events-mirror.js';
import { EventsStream } from '../publisher/events-stream.js';
import type { LogCount } from '../publisher/publish-position.js';
import { Publisher } from '../publisher/publisher.js';
import type { EventsLimits } from '../publisher/stream-config.js';
import { Progress } from './progress.js';

const STUCK_MS = 5_000;
/** A database that starts together with us is no interruption yet. */
const PATIENCE_MS = 10_000;

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
  | { readonly kind: 'interrupted'; readonly feed: Feed; readonly problem: string }
  /** Subscribers have no account, or no copy in it. */
  | { readonly kind: 'unmirrored'; readonly problem: string }
  /** Waiting does not help: somebody has to look at it. */
  | { readonly kind: 'stuck'; readonly feed: Feed; readonly problem: string };

export type Feed = 'publisher' | 'projector';

/** Runs until the signal ends it. */
export const runFeeds = async (
  config: FeedsConfig,
  tell: (message: FeedsMessage) => void,
  signal: AbortSignal,
): Promise<void> => {
  const nc = await connectNats({ url: config.natsUrl, name: `${config.instance} feeds` });
  const progress = new Progress(tell);
  try {
    // The store has looked at the server before.
    const log = await JetStreamCommitLog.open({ nc, replicas: config.replicas, create: false, sync: { trust: true } });
    const reach = faultPoints(config.fault);
    const interrupted = (feed: Feed) => (error: unknown) => tell({ kind: 'interrupted', feed, problem: textOf(error) });
    const publisher = new Publisher({
      nc,
      log,
      openStream: async () => {
        const stream = await EventsStream.open(nc, config.replicas, config.events);
        await mirrorEvents(nc, config.replicas, config.events).catch((error: unknown) =>
          tell({ kind: 'unmirrored', problem: textOf(error) }),
        );
        return stream;
      },
      reach,
      known: config.known,
      published: (events) => progress.made({ kind: 'published', events }),
      interrupted: interrupted('publisher'),
    });
    const startedAt = performance.now();
    let everWorked = false;
    const report = (reported: ProjectorReport): void => {
      if (reported.status === 'waiting') {
        if (everWorked || performance.now() - startedAt > PATIENCE_MS) interrupted('projector')(reported.problem);
      } else if (reported.status !== 'standing-by') {
        everWorked = true;
        progress.made({ kind: 'projected', sequence: reported.sequence });
      }
    };
    const projecting = project({ nc, log, databaseUrl: config.databaseUrl, signal, report }, (error) =>
      tell({ kind: 'stuck', feed: 'projector', problem: textOf(error) }),
    );
    await Promise.all([publisher.run(signal), projecting]);
    log.close();
  } finally {
    progress.stop();
    await nc.close();
  }
};

/** What stops the projector for good must not stop the publisher; somebody may cure it while both go on. */
const project = async (options: ProjectorOptions, stuck: (error: unknown) => void): Promise<void> => {
  while (!options.signal.aborted) {
    try {
      await runProjector(options);
    } catch (error) {
      stuck(error);
      await delay(STUCK_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
