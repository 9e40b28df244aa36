/** What is to be done after a plan, as data: each job is carried out by itself, and none waits for another. */
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { WorkspaceSpec } from '@holdfast/prebuild';
import type { ObjectState } from '@holdfast/reconcile';

/** Something that people are told, as an Event beside the object. */
export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Brings one pool nearer to what it should be: in this order, and deletes before creates. */
export interface PoolJob {
  readonly kind: 'pool';
  /** What Events are about; missing when the preset is gone. */
  readonly preset: ObjectState | undefined;
  readonly namespace: string;
  readonly presetName: string;
  readonly template: string;
  readonly version: string;
  /** The decision to record; missing when it is recorded already. */
  readonly decision:
    { readonly recorded: ObjectState | undefined; readonly name: string; readonly spec: JsonObject } | undefined;
  /** What the preset says of the pool from then on, when that is something else. */
  readonly status: NewStatus | undefined;
  readonly cancels: readonly ObjectState[];
  readonly deletes: readonly ObjectState[];
  readonly creates: readonly NewWorkspace[];
}

export interface NewWorkspace {
  readonly name: string;
  readonly spec: WorkspaceSpec;
}

export interface NewStatus {
  readonly state: ObjectState;
  readonly status: JsonObject;
  readonly told: readonly Told[];
}

export interface StatusJob extends NewStatus {
  readonly kind: 'status';
}

export interface FinalizersJob {
  readonly kind: 'finalizers';
  readonly state: ObjectState;
  readonly finalizers: readonly string[];
}

/** Removes what nobody needs any more, each only if it is as it was seen. */
export interface RemovalJob {
  readonly kind: 'removal';
  readonly states: readonly ObjectState[];
}

/** One of each key is carried out at a time; `about` is the object whose run it is. */
export type Job = { readonly key: string; readonly about: ObjectKey } & (
  PoolJob | StatusJob | FinalizersJob | RemovalJob
);

/** Whether a job does more than to say what is so: nobody waits for what is said. */
export const isUrgent = (job: Job): boolean => {
  if (job.kind === 'status') return false;
  return job.kind !== 'pool' || job.cancels.length + job.deletes.length + job.creates.length > 0;
};
