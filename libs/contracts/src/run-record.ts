/** What is kept of a run of a controller: one message of the stream of runs. `docs/runs/` holds its JSON Schema. */
import type { ObjectKey } from './object-key.js';

export const RUN_SCHEMA_VERSION = 1;

export interface RunRecord {
  readonly schema: typeof RUN_SCHEMA_VERSION;
  /** Unique; the requestID of everything that the run wrote. */
  readonly id: string;
  readonly controller: string;
  /** The object that the run was about; its uid where there still was one when the run ended. */
  readonly object: ObjectKey & { readonly uid?: string };
  readonly reason: 'Change' | 'Resync' | 'Retry' | 'Requeue';
  /** 0 on the first try since the last success. */
  readonly attempt: number;
  /** Of the lock that the run worked under. */
  readonly epoch?: number;
  /** The change that woke the key first; where everything was looked at again, the newest one of what concerns it. */
  readonly cause?: { readonly resourceVersion: string; readonly correlationID: string };
  readonly traceparent: string;
  /** RFC 3339 with milliseconds. */
  readonly startedAt: string;
  readonly waitedMs: number;
  readonly durationMs: number;
  readonly outcome: {
    readonly kind: 'done' | 'after' | 'waiting' | 'stalled' | 'retry';
    readonly reason?: string;
    readonly message?: string;
  };
  /** How long until the key runs again by itself. */
  readonly againInMs?: number;
  /** The resourceVersions of what it wrote. */
  readonly writes: readonly string[];
}

/** Reads a message of the stream; undefined for one of a form that is not known here. */
export const parseRunRecord = (data: Uint8Array): RunRecord | undefined => {
  try {
    const record = JSON.parse(Buffer.from(data).toString('utf8')) as Partial<RunRecord> | null;
    return record?.schema === RUN_SCHEMA_VERSION ? (record as RunRecord) : undefined;
  } catch {
    return undefined;
  }
};

const CONTROLLER_ACTOR = 'system:controller:';

/** In whose name a controller writes. */
export const controllerActor = (controller: string): string => `${CONTROLLER_ACTOR}${controller}`;

/** The controller that this is the name of; undefined for everybody else. */
export const controllerOfActor = (actor: string): string | undefined =>
  actor.startsWith(CONTROLLER_ACTOR) ? actor.slice(CONTROLLER_ACTOR.length) : undefined;
