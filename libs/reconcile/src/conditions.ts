/** Conditions as the Kubernetes API conventions define them: a map keyed by type, observations rather than a state machine. */
import { isJsonObject, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What a controller observed; the time of the last transition is worked out by `setCondition`. */
export interface Observation {
  readonly type: string;
  readonly status: ConditionStatus;
  /** Non-empty, CamelCase. */
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

/** The conditions of a status object; what is not a list of objects counts as none. */
export const conditionsOf = (status: JsonObject | undefined): readonly JsonObject[] => {
  const conditions = status?.['conditions'];
  return Array.isArray(conditions) ? (conditions as readonly unknown[]).filter(isJsonObject) : [];
};

/**
 * The list with this observation in it. `lastTransitionTime` moves only when the status does, so that the same
 * observation twice gives an equal list; conditions of other types are left alone.
 */
export const setCondition = (
  conditions: readonly JsonObject[],
  observed: Observation,
  now: Date,
): readonly JsonObject[] => {
  const known = conditions.find((condition) => condition['type'] === observed.type);
  const moved = known === undefined || known['status'] !== observed.status;
  const lastTransitionTime = (moved ? undefined : stringAt(known, 'lastTransitionTime')) ?? rfc3339Seconds(now);
  const next: JsonObject = { ...observed, lastTransitionTime };
  if (known === undefined) return [...conditions, next];
  return conditions.map((condition) => (condition === known ? next : condition));
};

const rfc3339Seconds = (time: Date): string => time.toISOString().replace(/\.\d{3}Z$/, 'Z');
