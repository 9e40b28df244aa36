/** Reads of the read models on behalf of a request: as new as asked, and refused within seconds when PostgreSQL is away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectKey } from '@holdfast/contracts';
import type { RefusalError } from '@holdfast/kernel';
import { ReadModelsMissing } from '@holdfast/read-models';
import type {
  Causes,
  CausesQuery,
  History,
  HistoryQuery,
  ListQuery,
  ObjectList,
  ObjectState,
  ReadModels,
} from '@holdfast/read-models';
import type { RequestContext } from '../http/resolved-request.js';
import { refuse } from '../http/status-error.js';
import type { Freshness } from './freshness.js';
import { isPostgresAway, NoAnswerError } from './postgres-away.js';
import { readPointOf } from './read-point.js';
import type { ReadPoint, ReadPointSources } from './read-point.js';

export type { ObjectList } from '@holdfast/read-models';

export interface ReaderOptions {
  readonly models: ReadModels;
  readonly confirmedEnd: ReadPointSources['confirmedEnd'];
  readonly projected: ReadPointSources['projected'];
  /** Told why a read failed. */
  readonly onFailure: (error: unknown) => void;
}

/** A database that has not begun to answer by then is as good as away. */
const ANSWER_LIMIT_MS = 5_000;
const FIRST_ASK_MS = 250;
const ASK_AGAIN_MS = 1_000;
const BEHIND_PAUSE_MS = 50;

export class ReadModelsReader {
  private readonly sources: ReadPointSources;

  constructor(private readonly options: ReaderOptions) {
    this.sources = {
      confirmedEnd: options.confirmedEnd,
      projected: (version, deadline) => this.projected(version, deadline),
      versionAtTime: (moment) => this.ask((models) => models.versionAtTime(moment)),
    };
  }

  /** The objects at the version that the freshness comes to; throws a refusal when they cannot be had in time. */
  async list(
    query: Omit<ListQuery, 'at' | 'after'>,
    freshness: Freshness,
    context: RequestContext,
  ): Promise<ObjectList> {
    const { at, least } = await readPointOf(freshness, context, this.sources);
    const after = freshness.is === 'continued' ? freshness.token.after : undefined;
    return this.askFrom(
      { least, deadline: context.deadline },
      (models) => models.list({ ...query, at, after }),
      ({ checkpoint }) => checkpoint.boundary,
    );
  }

  count(query: ListQuery): Promise<number> {
    return this.ask((models) => models.count(query));
  }

  /** The object as it was then; undefined when it had never existed, and marked when it was gone. */
  async objectAt(key: ObjectKey, freshness: Freshness, context: RequestContext): Promise<ObjectState | undefined> {
    const { at, least } = await this.confirmedPoint(freshness, context);
    if (freshness.is === 'exact') {
      // What a version made is that version, even where the same commit changed it once more.
      const made = await this.ask((models) => models.objectAt(key, freshness.version));
      if (made?.version === freshness.version) return made;
    }
    return this.ask((models) => models.objectAt(key, at ?? least));
  }

  /** The object's state that a version made, or that was there at it; the rows must have come to it. */
  async stateAt(key: ObjectKey, version: number, context: RequestContext): Promise<ObjectState | undefined> {
    await this.confirmedPoint({ is: 'exact', version }, context);
    return this.ask((models) => models.objectAt(key, version));
  }

  /** What happened to an object, up to the newest. */
  async history(query: HistoryQuery, context: RequestContext): Promise<History> {
    const { least } = await readPointOf({ is: 'newest' }, context, this.sources);
    return this.askFrom(
      { least, deadline: context.deadline },
      (models) => models.history(query),
      ({ boundary }) => boundary,
    );
  }

  /** Changes and what led to them, up to the newest. */
  async causes(query: CausesQuery, context: RequestContext): Promise<Causes> {
    const { least } = await readPointOf({ is: 'newest' }, context, this.sources);
    return this.askFrom(
      { least, deadline: context.deadline },
      (models) => models.causes(query),
      ({ boundary }) => boundary,
    );
  }

  /** The point that a read stands at, after PostgreSQL itself has said that its rows reach it. */
  private async confirmedPoint(freshness: Freshness, context: RequestContext): Promise<ReadPoint> {
    const point = await readPointOf(freshness, context, this.sources);
    await this.askFrom(
      { least: point.least, deadline: context.deadline },
      (models) => models.checkpoint(),
      ({ boundary }) => boundary,
    );
    return point;
  }

  /**
   * Asks until the answer's rows reach far enough. They may fall behind what was announced: when PostgreSQL crashed and
   * lost its last transactions, or another generation became the live one.
   */
  private async askFrom<T>(
    { least, deadline }: { readonly least: number; readonly deadline: number },
    question: (models: ReadModels) => Promise<T>,
    boundaryOf: (answer: T) => number,
  ): Promise<T> {
    for (;;) {
      const answer = await this.ask(question);
      if (boundaryOf(answer) >= least) return answer;
      if (Date.now() >= deadline) throw tooLate(least);
      await sleep(BEHIND_PAUSE_MS, undefined, { ref: false });
    }
  }

  /** Waits for the announcement; asks PostgreSQL now and then, which may be away, or an announcement have been lost. */
  private async projected(version: number, deadline: number): Promise<boolean> {
    const announced = this.options.projected(version, deadline);
    for (let pauseMs = FIRST_ASK_MS; ; pauseMs = ASK_AGAIN_MS) {
      const reached = await Promise.race([announced, sleep(pauseMs, undefined, { ref: false })]);
      if (reached !== undefined) return reached;
      if ((await this.ask(boundaryOf)) >= version) return true;
    }
  }

  private async ask<T>(question: (models: ReadModels) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new NoAnswerError(ANSWER_LIMIT_MS)), ANSWER_LIMIT_MS);
    });
    try {
      return await Promise.race([question(this.options.models), timeUp]);
    } catch (error) {
      if (!(error instanceof ReadModelsMissing) && !isPostgresAway(error)) throw error;
      this.options.onFailure(error);
      throw error instanceof ReadModelsMissing ? missing() : away();
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How far the rows reach: nowhere before the store has made them, which it does at its start. */
const boundaryOf = async (models: ReadModels): Promise<number> => {
  try {
    return (await models.checkpoint()).boundary;
  } catch (error) {
    if (error instanceof ReadModelsMissing) return -1;
    throw error;
  }
};

const missing = (): RefusalError =>
  refuse('ServiceUnavailable', 'the read models are being made; writes and reads by name go on', {
    retryAfterSeconds: 1,
  });

const away = (): RefusalError =>
  refuse(
    'ServiceUnavailable',
    'the read models cannot be asked: PostgreSQL does not answer; writes and reads by name go on',
    {
      retryAfterSeconds: 1,
    },
  );

const tooLate = (version: number): RefusalError =>
  refuse('Timeout', `the read models had not come to version ${version} of the log in time: try again`, {
    retryAfterSeconds: 1,
  });
