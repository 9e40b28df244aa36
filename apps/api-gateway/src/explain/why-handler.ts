/** `GET <object>/why`: the changes of an object and the runs about it, each with all that led to it. */
import type { ObjectKey, RunName, RunRecord } from '@holdfast/contracts';
import type { RecordedChange } from '@holdfast/read-models';
import { sendJson } from '../http/answer.js';
import type { RequestContext, ResourceHandler } from '../http/resolved-request.js';
import { notFound, refuse } from '../http/status-error.js';
import { keyOf } from '../history/object-key-of.js';
import type { ReadModelsReader } from '../lists/read-models-reader.js';
import { explain, MOST_WRITES, objectOf, runOf } from './explanation.js';
import type { RunRecords } from './run-records.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export interface WhyParts {
  readonly reader: Pick<ReadModelsReader, 'causes'>;
  readonly runs: RunRecords;
  /** Told why the records of runs could not be read. */
  readonly onFailure: (error: unknown) => void;
}

export const whyHandler =
  (parts: WhyParts): ResourceHandler =>
  async (request, reply) => {
    const limit = Math.min(request.query.limit || DEFAULT_LIMIT, MAX_LIMIT);
    const { boundary, changes, runs, findings } = await new Inquiry(parts, request).about(keyOf(request), limit);
    const [newest] = changes;
    if (newest === undefined) throw notFound(request);
    sendJson(reply, 200, {
      apiVersion: 'holdfast.dev/v1',
      kind: 'Explanation',
      metadata: { resourceVersion: String(boundary) },
      object: objectOf(newest),
      ...explain({ changes, runs }, findings),
    });
  };

class Inquiry {
  constructor(
    private readonly parts: WhyParts,
    private readonly context: RequestContext,
  ) {}

  /** The records come first: what a run wrote is in the log by then, and so in the rows that are asked next. */
  async about(key: ObjectKey, limit: number) {
    const recorded = await this.runs((runs) => runs.ofObject(key, limit));
    const versions = recorded.flatMap(({ cause, writes }) => [
      ...(cause === undefined ? [] : [cause.resourceVersion]),
      ...writes.slice(0, MOST_WRITES),
    ]);
    const [own, others] = await Promise.all([
      this.parts.reader.causes({ of: key, limit }, this.context),
      this.parts.reader.causes({ versions: unique(versions.map(Number)) }, this.context),
    ]);
    const changes = [...own.asked, ...own.causes, ...others.asked, ...others.causes];
    const missing = missingRuns(changes, recorded);
    const further = missing.length === 0 ? [] : await this.runs((runs) => runs.named(missing));
    const uid = own.asked[0]?.uid;
    return {
      boundary: own.boundary,
      changes: own.asked,
      runs: recorded.filter(({ object }) => object.uid === undefined || object.uid === uid),
      findings: { changes, runs: [...recorded, ...further] },
    };
  }

  private async runs(question: (runs: RunRecords) => Promise<readonly RunRecord[]>): Promise<readonly RunRecord[]> {
    try {
      return await question(this.parts.runs);
    } catch (error) {
      this.parts.onFailure(error);
      throw refuse('ServiceUnavailable', 'the records of runs cannot be read: NATS does not answer', {
        retryAfterSeconds: 1,
      });
    }
  }
}

/** The runs that made these changes and are not known yet. */
const missingRuns = (
  changes: readonly RecordedChange[],
  known: readonly RunRecord[],
): readonly Omit<RunName, 'key'>[] => {
  const missing = new Map<string, Omit<RunName, 'key'>>();
  for (const change of changes) {
    const run = runOf(change);
    if (run !== undefined) missing.set(run.id, run);
  }
  for (const { id } of known) missing.delete(id);
  return [...missing.values()];
};

const unique = (versions: readonly number[]): readonly number[] => [...new Set(versions)];
