/** Reads the records of runs by direct gets: no consumer, nothing to clean up. What is not kept is not found. */
import { parseRunRecord, runFilter, RUNS_STREAM, runsOfObjectFilter } from '@holdfast/contracts';
import type { ObjectKey, RunName, RunRecord } from '@holdfast/contracts';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { NoRespondersError, RequestError } from '@nats-io/transport-node';

export interface RunRecords {
  /** The newest runs about an object, newest first. */
  ofObject(key: ObjectKey, limit: number): Promise<readonly RunRecord[]>;
  /** Those of these runs whose records are kept. */
  named(runs: readonly Omit<RunName, 'key'>[]): Promise<readonly RunRecord[]>;
}

const DIRECT_GET = `$JS.API.DIRECT.GET.${RUNS_STREAM}`;
const ANSWER_LIMIT_MS = 5_000;
/** What the server answers at once, and what it counts before it says that there are too many. */
const MOST_RECORDS = 1_024;
const MOST_FILTERS = 100;

const NOT_FOUND = 404;
const TOO_MANY = 413;
const END_OF_BATCH = 204;

type DirectGet =
  | { readonly multi_last: readonly string[]; readonly batch: number }
  | { readonly next_by_subj: string; readonly seq: number; readonly batch: number };

interface Found {
  readonly sequence: number;
  readonly record: RunRecord | undefined;
}

export class JetStreamRunRecords implements RunRecords {
  constructor(private readonly nc: NatsConnection) {}

  async ofObject(key: ObjectKey, limit: number): Promise<readonly RunRecord[]> {
    const filter = runsOfObjectFilter(key);
    const found = await this.get({ multi_last: [filter], batch: MOST_RECORDS });
    return newestFirst(found ?? (await this.newest(filter, limit))).slice(0, limit);
  }

  async named(runs: readonly Omit<RunName, 'key'>[]): Promise<readonly RunRecord[]> {
    const filters = runs.map(runFilter);
    const batches = Array.from({ length: Math.ceil(filters.length / MOST_FILTERS) }, (_, i) =>
      filters.slice(i * MOST_FILTERS, (i + 1) * MOST_FILTERS),
    );
    const found = await Promise.all(batches.map((batch) => this.get({ multi_last: batch, batch: MOST_RECORDS })));
    return found.flatMap((records) => newestFirst(records ?? []));
  }

  /** Where an object has more runs than one answer may count: looks back from the newest in growing steps. */
  private async newest(filter: string, limit: number): Promise<readonly Found[]> {
    const question = JSON.stringify({ last_by_subj: filter });
    const newest = foundIn(await this.nc.request(DIRECT_GET, question, { timeout: ANSWER_LIMIT_MS }));
    // Without a sequence they have all gone meanwhile.
    const last = newest.sequence || 1;
    for (let width = MOST_RECORDS; ; width *= 8) {
      const from = Math.max(1, last - width);
      const found = await this.since(filter, from);
      if (found.length >= limit || from === 1) return found;
    }
  }

  private async since(filter: string, from: number): Promise<readonly Found[]> {
    const all: Found[] = [];
    for (let seq = from; ;) {
      const page = (await this.get({ next_by_subj: filter, seq, batch: MOST_RECORDS })) ?? [];
      all.push(...page);
      if (page.length < MOST_RECORDS) return all;
      seq = (page.at(-1)?.sequence ?? seq) + 1;
    }
  }

  /** The messages in the stream's order; undefined when there are too many to count. */
  private async get(request: DirectGet): Promise<readonly Found[] | undefined> {
    const found: Found[] = [];
    try {
      const answers = await this.nc.requestMany(DIRECT_GET, JSON.stringify(request), {
        strategy: 'sentinel',
        maxWait: ANSWER_LIMIT_MS,
        noMux: true,
      });
      for await (const answer of answers) {
        if (answer.data.length > 0) found.push(foundIn(answer));
        else return endOf(answer, found);
      }
    } catch (error) {
      // Nobody has made the stream: no run was ever recorded.
      if (isNobodyThere(error)) return [];
      throw error;
    }
    throw new Error(`${RUNS_STREAM} has not answered within ${ANSWER_LIMIT_MS} ms`);
  }
}

const foundIn = (message: Msg): Found => ({
  sequence: Number(message.headers?.get('Nats-Sequence')),
  record: parseRunRecord(message.data),
});

const endOf = ({ headers }: Msg, found: readonly Found[]): readonly Found[] | undefined => {
  switch (headers?.code) {
    case END_OF_BATCH:
      return found;
    case NOT_FOUND:
      return [];
    case TOO_MANY:
      return undefined;
    default:
      throw new Error(`${RUNS_STREAM} answered ${headers?.code} ${headers?.description}`);
  }
};

const isNobodyThere = (error: unknown): boolean =>
  error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());

const newestFirst = (found: readonly Found[]): readonly RunRecord[] =>
  [...found]
    .sort((a, b) => b.sequence - a.sequence)
    .map(({ record }) => record)
    .filter((record) => record !== undefined);
