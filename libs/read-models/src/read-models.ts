import type { ObjectKey } from '@holdfast/contracts';
import type { Pool } from 'pg';
import { readCauses } from './queries/read-causes.js';
import type { Causes, CausesQuery } from './queries/read-causes.js';
import { countListed, listObjects } from './queries/list-objects.js';
import type { ListQuery, ObjectList } from './queries/list-objects.js';
import { readHistory } from './queries/read-history.js';
import type { History, HistoryQuery } from './queries/read-history.js';
import { LiveReader } from './queries/read-live.js';
import { selectBoundaryAt, selectObjectAt } from './queries/select-history.js';
import type { ObjectsQuery } from './queries/select-objects.js';
import { readLiveGeneration } from './schema/generations.js';
import type { Checkpoint } from './schema/generations.js';

/** One state of an object; `deleted` says that it was gone from this version on, and this is its last state. */
export interface ObjectState {
  readonly version: number;
  readonly deleted: boolean;
  /** JSON of the object, with its resourceVersion. */
  readonly object: string;
}

/** What the log says, as rows to be asked. Whoever needs the newest waits with a ProjectionWatch first. */
export class ReadModels {
  private readonly reader: LiveReader;

  constructor(private readonly pool: Pool) {
    this.reader = new LiveReader(pool);
  }

  /** How far the rows reach, and of which log. */
  async checkpoint(): Promise<Checkpoint> {
    return (await readLiveGeneration(this.pool)).checkpoint;
  }

  /** Objects of one kind at one version, page by page. */
  list(query: ListQuery): Promise<ObjectList> {
    return listObjects(this.reader, query);
  }

  /** How many objects a list without a limit would hold. */
  count(query: ObjectsQuery): Promise<number> {
    return countListed(this.reader, query);
  }

  /** The object as it was at a version; undefined when it did not exist yet. */
  async objectAt(key: ObjectKey, at: number): Promise<ObjectState | undefined> {
    const { rows } = await this.reader.read<ObjectState & { is_row: true }>((schema, sql) =>
      selectObjectAt(schema, sql, key, at),
    );
    const [row] = rows;
    return row === undefined ? undefined : { version: row.version, deleted: row.deleted, object: row.object };
  }

  /** The version that the log stood at at a moment, by the log's own time; undefined before its first commit. */
  async versionAtTime(moment: Date): Promise<number | undefined> {
    const { rows } = await this.reader.read<{ version: number }>((schema, sql) =>
      selectBoundaryAt(schema, sql, moment),
    );
    return rows[0]?.version;
  }

  history(query: HistoryQuery): Promise<History> {
    return readHistory(this.reader, query);
  }

  /** Changes, and what led to each of them, back to those that nothing led to. */
  causes(query: CausesQuery): Promise<Causes> {
    return readCauses(this.reader, query);
  }
}
