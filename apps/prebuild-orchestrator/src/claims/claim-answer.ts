/** Answers to calls: what a claim that is there says to whoever asks for it (again). */
import type { ClaimAnswer, ClaimCall } from '@holdfast/contracts';
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject, Refusal } from '@holdfast/kernel';
import { WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import type { Parameters, ParameterValue, WorkspaceClaimSpec } from '@holdfast/prebuild';
import { isDeleting, keyOf, specOf, statusOf, uidOf } from '@holdfast/reconcile';
import type { ObjectReader, ObjectState } from '@holdfast/reconcile';

import { withVersion } from './claim-writes.js';

export const specOfCall = ({ preset, parameters, owner, waitSeconds }: ClaimCall): WorkspaceClaimSpec => ({
  preset,
  parameters: valuesIn(parameters),
  owner,
  waitSeconds,
});

const valuesIn = (parameters: JsonObject): Parameters =>
  Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, ParameterValue] => isValue(entry[1])),
  );

const isValue = (value: unknown): value is ParameterValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** Whether the claim is another one than the call means, or on its way out; undefined when it is the one. */
export const refusalOfKnown = (claim: ObjectState, call: ClaimCall): Refusal | undefined => {
  const { name, namespace } = claim.key;
  const refuse = (reason: Refusal['reason'], problem: string): Refusal => ({
    reason,
    message: `workspaceclaims.${WORKSPACE_CLAIMS.group} "${name}" in namespace ${namespace} ${problem}`,
    details: { name, group: WORKSPACE_CLAIMS.group, kind: WORKSPACE_CLAIMS.resource },
  });
  const [is, asked] = [specOf(WORKSPACE_CLAIMS, claim), specOfCall(call)];
  if (is.owner !== asked.owner) return refuse('AlreadyExists', 'already exists and belongs to somebody else');
  // How long to wait is no part of what is claimed.
  if (is.preset !== asked.preset || !jsonEquals({ ...is.parameters }, { ...asked.parameters }))
    return refuse('AlreadyExists', 'already exists and asks for something else');
  if (isDeleting(claim)) return refuse('Conflict', 'is being deleted');
  const { phase, message = '' } = statusOf(WORKSPACE_CLAIMS, claim);
  return phase === 'Failed' ? refuse('Conflict', `failed: ${message}`) : undefined;
};

export const answerOf = (
  claim: ObjectState,
  outcome: 'created' | 'known',
  read: Pick<ObjectReader, 'get'>,
): ClaimAnswer => {
  const bound = statusOf(WORKSPACE_CLAIMS, claim).workspace;
  const found = bound && read.get(keyOf(WORKSPACES, claim.key.namespace, bound.name));
  const workspace = found !== undefined && uidOf(found) === bound?.uid ? { workspace: withVersion(found) } : {};
  return { status: 'ok', outcome, claim: withVersion(claim), ...workspace };
};
