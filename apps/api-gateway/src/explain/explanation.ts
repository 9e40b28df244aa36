/**
 * Puts an explanation together from what was found: changes with what led to them, and the records of runs.
 *
 *   change ◄── run (requestID of the change) ◄── cause (causationID: the event that woke the run) ◄── run ◄── …
 */
import { controllerOfActor, EVENT_TYPE_PREFIX, parseResourceVersion } from '@holdfast/contracts';
import type { RunName, RunRecord } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { RecordedChange } from '@holdfast/read-models';

/** So many writes of a run are told; of the rest, how many they are. */
export const MOST_WRITES = 100;

/** Everything that is known, whatever it is needed for. */
export interface Findings {
  readonly changes: readonly RecordedChange[];
  readonly runs: readonly RunRecord[];
}

export interface Question {
  /** The changes of the object, newest first. */
  readonly changes: readonly RecordedChange[];
  /** The runs about it, newest first. */
  readonly runs: readonly RunRecord[];
}

export const explain = ({ changes, runs }: Question, findings: Findings): JsonObject => {
  const known = new Known(findings);
  return {
    changes: changes.map((change) => known.chain(change)),
    runs: runs.map((run) => ({ ...known.run(run), ...known.causeOf(run.cause?.resourceVersion) })),
  };
};

/** The run that made a change; undefined for changes that no controller made. */
export const runOf = ({ actor, requestID }: RecordedChange): Omit<RunName, 'key'> | undefined => {
  const controller = controllerOfActor(actor);
  return controller === undefined ? undefined : { controller, id: requestID };
};

/** What answers say of the object of a change. */
export const objectOf = ({ apiVersion, kind, key, uid }: RecordedChange): JsonObject => ({
  apiVersion,
  kind,
  ...(key.namespace === '' ? {} : { namespace: key.namespace }),
  name: key.name,
  uid,
});

class Known {
  private readonly changes: ReadonlyMap<string, RecordedChange>;
  private readonly runs: ReadonlyMap<string, RunRecord>;

  constructor({ changes, runs }: Findings) {
    this.changes = new Map(changes.map((change) => [String(change.version), change]));
    this.runs = new Map(runs.map((run) => [run.id, run]));
  }

  /** A change, the run that made it, and what led to that. */
  chain(change: RecordedChange): JsonObject {
    const name = runOf(change);
    return {
      resourceVersion: String(change.version),
      time: change.time.toISOString(),
      type: `${EVENT_TYPE_PREFIX}${change.type}`,
      actor: change.actor,
      ...(change.fieldManager === undefined ? {} : { fieldManager: change.fieldManager }),
      object: objectOf(change),
      changed: change.changed,
      requestID: change.requestID,
      correlationID: change.correlationID,
      ...(name === undefined ? {} : { run: this.runNamed(name) }),
      ...this.causeOf(change.causationID, change.version),
    };
  }

  /** Only what is older can be a cause: so no chain goes in a circle, whatever ids writers claim. */
  causeOf(version: string | undefined, before = Number.POSITIVE_INFINITY): { readonly cause?: JsonObject } {
    if (version === undefined) return {};
    const cause = this.changes.get(version);
    if (cause === undefined) {
      return parseResourceVersion(version) === undefined ? {} : { cause: { resourceVersion: version } };
    }
    return cause.version < before ? { cause: this.chain(cause) } : {};
  }

  run(record: RunRecord): JsonObject {
    const { object, schema: _schema, cause, writes, ...rest } = record;
    const { group, resource, namespace, name, uid } = object;
    return {
      ...rest,
      recorded: true,
      object: {
        group,
        resource,
        ...(namespace === '' ? {} : { namespace }),
        name,
        ...(uid === undefined ? {} : { uid }),
      },
      ...(cause === undefined ? {} : { cause }),
      writes: writes.slice(0, MOST_WRITES).map((version) => this.write(version)),
      ...(writes.length > MOST_WRITES ? { moreWrites: writes.length - MOST_WRITES } : {}),
    };
  }

  private runNamed({ controller, id }: Omit<RunName, 'key'>): JsonObject {
    const record = this.runs.get(id);
    return record === undefined ? { id, controller, recorded: false } : this.run(record);
  }

  private write(resourceVersion: string): JsonObject {
    const change = this.changes.get(resourceVersion);
    if (change === undefined) return { resourceVersion };
    return { resourceVersion, type: `${EVENT_TYPE_PREFIX}${change.type}`, object: objectOf(change) };
  }
}
