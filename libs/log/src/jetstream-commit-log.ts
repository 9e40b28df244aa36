import { LOG_SUBJECT, positionOf } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';
import type { StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

import { append } from './append.js';
import { maxCommitBytes, serverProblems, syncProblems } from './boot-checks.js';
import type { SyncCheck } from './boot-checks.js';
import type { Append, AppendOutcome, CommitLog, Follow, LocatedEvent, LogIdentity } from './commit-log.js';
import { LogUnavailableError, LogUnfitError } from './errors.js';
import { followLog } from './follow.js';
import { ERROR_CODE, JetStreamApi, JetStreamApiError } from './jetstream-api.js';
import { Link } from './link.js';
import { pause } from './pause.js';
import { Requests } from './requests.js';
import { configDifferences, logStreamConfig } from './stream-config.js';
import type { Replicas } from './stream-config.js';

export interface OpenOptions {
  readonly nc: NatsConnection;
  readonly replicas: Replicas;
  /** Makes the stream when it is missing; otherwise waits until somebody has made it. */
  readonly create: boolean;
  readonly sync: SyncCheck;
  /** How long to wait for the server and the stream. */
  readonly waitMs?: number;
}

const WAIT_MS = 30_000;
const RETRY_MS = 100;

/** The log in one JetStream stream. */
export class JetStreamCommitLog implements CommitLog {
  readonly #link: Link;
  readonly #requests: Requests;
  readonly #api: JetStreamApi;
  /** The newest base of versions that was seen; it never falls. */
  #base = 0;

  private constructor(
    parts: { link: Link; requests: Requests; api: JetStreamApi },
    readonly identity: LogIdentity,
    readonly maxCommitBytes: number,
  ) {
    this.#link = parts.link;
    this.#requests = parts.requests;
    this.#api = parts.api;
  }

  /** Opens the log once it is there and as it must be; throws LogUnfitError with all that is wrong. */
  static async open(options: OpenOptions): Promise<JetStreamCommitLog> {
    const { nc, replicas, sync } = options;
    const link = new Link(nc);
    const requests = new Requests(link);
    const api = new JetStreamApi(requests);
    try {
      const { created, config } = await findStream(api, options);
      const server = nc.info;
      if (server === undefined) throw new LogUnavailableError('NATS went away while the log was opened');
      const problems = [
        ...serverProblems(server),
        ...configDifferences({ ...config }, replicas),
        ...(await syncProblems(sync)),
      ];
      if (problems.length > 0) throw new LogUnfitError(problems);
      const identity = { stream: config.name, created };
      return new JetStreamCommitLog({ link, requests, api }, identity, maxCommitBytes(server));
    } catch (error) {
      requests.close();
      link.close();
      throw error;
    }
  }

  async end(): Promise<number> {
    const { state } = await this.#api.streamInfo();
    return state.last_seq;
  }

  async append(request: Append): Promise<AppendOutcome> {
    if (request.data.length > this.maxCommitBytes) {
      throw new RangeError(
        `commit ${request.id} has ${request.data.length} bytes, the log takes ${this.maxCommitBytes}`,
      );
    }
    return append(this.#api.until(request.signal), request);
  }

  async read(sequence: number): Promise<Commit | undefined> {
    return sequence < 1 ? undefined : this.#api.commit({ seq: sequence });
  }

  async last(): Promise<Commit | undefined> {
    const commit = await this.#api.commit({ last_by_subj: LOG_SUBJECT });
    this.#base = commit?.header.base ?? this.#base;
    return commit;
  }

  async readEvent(version: number): Promise<LocatedEvent | undefined> {
    const commit = await this.#commitOf(version);
    const event = commit?.events.find((candidate) => candidate.version === version);
    return commit === undefined || event === undefined ? undefined : { commit, event };
  }

  follow(request: Follow): AsyncIterable<Commit> {
    const api = this.#api.until(request.signal);
    return followLog({ api, link: this.#link, identity: this.identity }, request);
  }

  /** Ends what waits for answers; the connection stays open, it is its owner's. */
  close(): void {
    this.#requests.close();
    this.#link.close();
  }

  /** Where a version stands follows from its base, which is nearly always the newest one. */
  async #commitOf(version: number): Promise<Commit | undefined> {
    const known = this.#base;
    const guess = await this.#commitAt(version, known);
    if (guess !== undefined) return guess;
    const last = await this.last();
    if (last === undefined || this.#base === 0) return undefined;
    const better = this.#base === known ? undefined : await this.#commitAt(version, this.#base);
    return better ?? this.#searchCommit(version, last.sequence);
  }

  async #commitAt(version: number, base: number): Promise<Commit | undefined> {
    const commit = await this.read(positionOf(version, base).sequence);
    return (commit?.header.base ?? 0) === base ? commit : undefined;
  }

  /** In a restored log the base is not the same everywhere, but boundaries rise: halve the log until found. */
  async #searchCommit(version: number, end: number): Promise<Commit | undefined> {
    let [low, high] = [1, end];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const commit = await this.read(middle);
      if (commit === undefined) return undefined;
      if (commit.boundary < version) low = middle + 1;
      else high = middle;
    }
    return this.read(low);
  }
}

const findStream = async (
  api: JetStreamApi,
  { create, replicas, waitMs = WAIT_MS }: OpenOptions,
): Promise<StreamInfo> => {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      return await streamInfoOrNew(api, create ? replicas : undefined);
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (Date.now() > deadline) {
        throw new LogUnavailableError(`the log was not there within ${waitMs} ms: ${error.message}`, { cause: error });
      }
      await pause(RETRY_MS);
    }
  }
};

const streamInfoOrNew = async (api: JetStreamApi, replicas: Replicas | undefined): Promise<StreamInfo> => {
  try {
    return await api.streamInfo();
  } catch (error) {
    if (replicas === undefined || !isStreamMissing(error)) throw error;
    return api.createStream(logStreamConfig(replicas));
  }
};

const mayPass = (error: unknown): error is Error => error instanceof LogUnavailableError || isStreamMissing(error);

const isStreamMissing = (error: unknown): error is JetStreamApiError =>
  error instanceof JetStreamApiError && error.errorCode === ERROR_CODE.streamNotFound;
