/** One resource-store: a member of those that could be the transactor, with what runs beside it. */
import { PUBLIC_ACCOUNT } from '@holdfast/contracts';
import { JetStreamCommitLog, Link } from '@holdfast/log';
import { connectNats, faultPoints, watchNats } from '@holdfast/nest-platform';
import type { HealthRegistry, Logger, Spans } from '@holdfast/nest-platform';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Registry } from 'prom-client';

import { AsideThread } from './aside/aside-thread.js';
import { GuardedDecider } from './aside/guarded-decider.js';
import { syncCheckOf } from './config.js';
import type { StoreConfig } from './config.js';
import { watchPostgres } from './database-health.js';
import { FeedsHere } from './feeds/feeds-here.js';
import { decisionGrounds } from './kind-rules.js';
import { catchUp } from './lead/catch-up.js';
import type { Member } from './lead/member.js';
import { openMember } from './lead/open-member.js';
import { restoreState } from './snapshots/restore-state.js';
import { SnapshotBucket } from './snapshots/snapshot-bucket.js';
import { SnapshotKeeper } from './snapshots/snapshot-keeper.js';
import { SnapshotThread } from './snapshots/snapshot-thread.js';
import type { StoreState } from './state/store-state.js';
import { observeTransactor, registerGauges } from './store-metrics.js';
import { tracedCommands } from './traced-commands.js';
import { decideAtOnce } from './transactor/decider.js';
import { readingPast } from './transactor/reading-past.js';

const LAST_SNAPSHOT_MS = 4_000;

export interface Surroundings {
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly spans: Spans;
}

interface Parts extends Surroundings {
  readonly config: StoreConfig;
  readonly nc: NatsConnection;
  readonly link: Link;
  readonly log: JetStreamCommitLog;
  readonly bucket: SnapshotBucket;
  readonly state: StoreState;
}

export class Store {
  private readonly member: Member;
  private readonly snapshots: SnapshotKeeper;
  private readonly feeds: FeedsHere;
  private readonly aside = new AsideThread();

  private constructor(private readonly parts: Parts) {
    this.feeds = feedsHere(parts);
    this.snapshots = snapshotKeeper(parts, () => this.member.role === 'transactor');
    this.member = this.openMember();
    this.show();
  }

  /** Resolves once the state has caught up with the log. */
  static async open(config: StoreConfig, surroundings: Surroundings): Promise<Store> {
    const { logger, health } = surroundings;
    let caughtUp = (): void => {};
    const ready = new Promise<void>((resolve) => (caughtUp = resolve));
    health.add('log', () => ready);
    watchPostgres(config.HOLDFAST_DATABASE_URL, health);
    const { HOLDFAST_NATS_URL: url, HOLDFAST_INSTANCE: instance, HOLDFAST_LOG_REPLICAS: replicas } = config;
    const nc = await connectNats({ url, name: instance });
    watchNats(nc, health, logger);
    const log = await JetStreamCommitLog.open({ nc, replicas, create: true, sync: syncCheckOf(config) });
    const bucket = await SnapshotBucket.open(nc, replicas);
    const state = await restore(log, bucket, logger);
    const store = new Store({ config, ...surroundings, nc, link: new Link(nc), log, bucket, state });
    await store.member.start();
    caughtUp();
    return store;
  }

  /** Hands over to a standby when there is one, and leaves what makes the next start quick. */
  async close(): Promise<void> {
    const { nc, link, log } = this.parts;
    await this.member.stop();
    await this.aside.close();
    if (link.connected) await this.snapshots.stop(LAST_SNAPSHOT_MS);
    const { connected } = link;
    link.close();
    log.close();
    await (connected ? nc.drain() : nc.close());
  }

  private openMember(): Member {
    const { config, nc, log, state, link, logger, metrics, spans } = this.parts;
    return openMember({
      nc,
      log,
      state,
      instance: config.HOLDFAST_INSTANCE,
      replicas: config.HOLDFAST_LOG_REPLICAS,
      decider: readingPast(log, new GuardedDecider({ atOnce: decideAtOnce(decisionGrounds), aside: this.aside })),
      reach: faultPoints(config.HOLDFAST_FAULT),
      observer: observeTransactor(metrics),
      traced: tracedCommands(spans),
      startDuties: () => [this.feeds.start()],
      isConnected: () => link.connected,
      applied: (commit) => {
        this.feeds.applied(commit);
        this.snapshots.applied(commit);
      },
      roleChanged: (role) => {
        const { epoch, instance } = state.position.leader;
        logger.info({ role, epoch, transactor: instance, sequence: state.sequence }, `this instance is ${role}`);
      },
      reported: (error) => logger.error({ err: error }, 'a command failed'),
      failed: fatal(logger),
    });
  }

  private show(): void {
    const { config, state, health, metrics } = this.parts;
    health.add('projector', async () => this.feeds.checkProjector());
    health.addFact('instance', () => config.HOLDFAST_INSTANCE);
    health.addFact('role', () => this.member.role);
    health.addFact('epoch', () => state.position.leader.epoch);
    health.addFact('sequence', () => state.sequence);
    health.addFact('lag', () => this.member.lag);
    registerGauges(metrics, {
      publisherLagEvents: () => this.feeds.publisherLagEvents,
      projectionLagEvents: () => this.feeds.projectionLagEvents,
      projectionLagSeconds: () => this.feeds.projectionLagSeconds(Date.now()),
      objects: () => state.table.size,
      isTransactor: () => this.member.role === 'transactor',
    });
  }
}

/** From the newest snapshot and the log's tail. */
const restore = async (log: JetStreamCommitLog, bucket: SnapshotBucket, logger: Logger): Promise<StoreState> => {
  const started = performance.now();
  const end = await log.end();
  const unusable = (folder: string, problem: string): void =>
    logger.warn({ folder, problem }, 'a snapshot is not used');
  const { state } = await restoreState({ bucket, log: log.identity, end, unusable });
  const { sequence: from } = state;
  await catchUp({ log, state, end, signal: new AbortController().signal });
  const milliseconds = Math.round(performance.now() - started);
  logger.info({ from, sequence: state.sequence, objects: state.table.size, milliseconds }, 'the state is restored');
  return state;
};

const feedsHere = ({ config, state, logger }: Parts): FeedsHere =>
  new FeedsHere({
    config: () => ({
      natsUrl: config.HOLDFAST_NATS_URL,
      databaseUrl: config.HOLDFAST_DATABASE_URL,
      instance: config.HOLDFAST_INSTANCE,
      replicas: config.HOLDFAST_LOG_REPLICAS,
      events: { maxBytes: config.HOLDFAST_EVENTS_MAX_BYTES, maxAgeMs: config.HOLDFAST_EVENTS_MAX_AGE },
      known: { sequence: state.sequence, events: state.position.events },
      fault: config.HOLDFAST_FAULT,
    }),
    events: () => state.position.events,
    interrupted: (feed, problem) => logger.warn({ feed, problem }, `the ${feed} was interrupted and goes on`),
    unmirrored: (problem) =>
      logger.warn(
        { problem },
        `no mirror of the public events could be made in the account ${PUBLIC_ACCOUNT}: subscribers find none there`,
      ),
    stuck: (feed, problem) => logger.error({ feed, problem }, `the ${feed} cannot go on`),
  });

const snapshotKeeper = ({ config, state, log, bucket, logger }: Parts, isTransactor: () => boolean): SnapshotKeeper =>
  new SnapshotKeeper({
    state,
    log: log.identity,
    open: (sequence) =>
      new SnapshotThread(
        {
          natsUrl: config.HOLDFAST_NATS_URL,
          instance: config.HOLDFAST_INSTANCE,
          replicas: config.HOLDFAST_LOG_REPLICAS,
        },
        sequence,
      ),
    newest: () => bucket.newestSequence(),
    isTransactor,
    taken: (sequence, milliseconds) =>
      logger.info({ sequence, milliseconds: Math.round(milliseconds) }, 'a snapshot was taken'),
    failed: (error) => logger.warn({ err: error }, 'no snapshot was taken'),
  });

const fatal =
  (logger: Logger) =>
  (error: unknown): void => {
    logger.fatal({ err: error }, 'the log cannot be written any more');
    // What is acknowledged is in the log; whoever starts next reads it there.
    process.exit(1);
  };
