/** What was decided about a pool, as an object (rule book: Planning is pure: a decision is recorded when it differs). */
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { actionDocument, formatInstant, reasonText } from '@holdfast/prebuild';
import type { Instant, PoolAction, PoolPlan } from '@holdfast/prebuild';

import type { StoredDecision } from './pool-objects.js';

/** Which leader decided, on what, and when. */
export interface Decider {
  readonly epoch: number;
  readonly snapshotVersion: number;
  readonly now: Instant;
}

export const decisionName = (preset: string, version: string): string => `${preset}--${version}`;

/** The spec to record; undefined when the one that is recorded says the same. */
export const decisionSpec = (
  pool: { readonly preset: string; readonly version: string; readonly plan: PoolPlan },
  recorded: StoredDecision | undefined,
  { epoch, snapshotVersion, now }: Decider,
): JsonObject | undefined => {
  const { preset, version, plan } = pool;
  const decision: JsonObject = {
    state: { ...plan.state },
    actions: plan.actions.map(recordedAction),
    reasons: plan.reasons.map(reasonText),
  };
  const isSame = (member: string): boolean => jsonEquals(decision[member], recordedMember(recorded, member));
  if (Object.keys(decision).every(isSame)) return undefined;
  return { preset, version, epoch, snapshotVersion: String(snapshotVersion), at: formatInstant(now), ...decision };
};

const recordedMember = (recorded: StoredDecision | undefined, member: string): JsonObject[string] => {
  const spec = recorded?.state.object['spec'];
  return typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? (spec as JsonObject)[member] : undefined;
};

/** Instances by their names: the pool is in one namespace. */
const recordedAction = (action: PoolAction): JsonObject => {
  const document = actionDocument(action);
  return document.type === 'delete' ? { ...document, ids: document.ids.map(nameIn) } : { ...document };
};

export const nameIn = (id: string): string => id.slice(id.indexOf('/') + 1);
