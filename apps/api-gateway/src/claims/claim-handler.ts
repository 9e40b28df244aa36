/** `POST <preset>/claim`: a workspace in one call, ready where there is one, else on its way. */
import { createHash, randomUUID } from 'node:crypto';

import type { ClaimAnswer, ClaimCall } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import { nameFromDigest } from '@holdfast/prebuild';

import { mayDoAnything } from '../auth/authorize.js';
import { idempotencyOf } from '../commands/send-command.js';
import { sendJson } from '../http/answer.js';
import type { ResolvedRequest, ResourceHandler } from '../http/resolved-request.js';
import { badRequest, refuse } from '../http/status-error.js';
import { readClaimBody } from './claim-body.js';
import type { ClaimBody } from './claim-body.js';
import type { ClaimLeader } from './claim-leader.js';

/** A connection is not held open for longer; the claim waits on, and whoever asks again by its name waits with it. */
const LONGEST_WAIT_SECONDS = 60;

export const claimHandler =
  (leader: ClaimLeader): ResourceHandler =>
  async (request, reply) => {
    if (request.query.dryRun) throw badRequest('a claim cannot be tried with dryRun: it hands out a workspace');
    const body = readClaimBody(request);
    refuseForOthers(request, body);
    const waitUntil = Date.now() + 1_000 * Math.min(body.waitSeconds, LONGEST_WAIT_SECONDS);
    const answer = await leader.claim(callOf(request, body), waitUntil);
    if (answer.status === 'refused') throw new RefusalError(answer.refusal);
    sendJson(reply, answer.outcome === 'created' ? 201 : 200, resultOf(answer));
  };

/** One claims for oneself; for others only who may do anything. */
const refuseForOthers = ({ user, name, namespace }: ResolvedRequest, { owner }: ClaimBody): void => {
  if (owner === undefined || owner === user.name || mayDoAnything(user)) return;
  const what = `User ${JSON.stringify(user.name)} cannot claim a workspace for ${JSON.stringify(owner)}`;
  throw refuse(
    'Forbidden',
    `presets.prebuilds.holdfast.dev ${JSON.stringify(name)} is forbidden: ${what} in the namespace ${JSON.stringify(namespace)}`,
    { name, group: 'prebuilds.holdfast.dev', kind: 'presets' },
  );
};

const callOf = (request: ResolvedRequest, { name, owner, waitSeconds, parameters }: ClaimBody): ClaimCall => ({
  namespace: request.namespace,
  name: name ?? nameOf(request),
  preset: request.name,
  parameters,
  owner: owner ?? request.user.name,
  waitSeconds,
  actor: request.user.name,
  fieldManager: request.fieldManager,
  requestID: request.requestID,
  correlationID: request.correlationID,
  traceparent: request.traceparent,
  ...idempotencyIn(request),
});

/** A key always leads to the same claim; without one each call is a claim of its own. */
const nameOf = ({ user, namespace, name, idempotencyKey = randomUUID() }: ResolvedRequest): string =>
  nameFromDigest(name, createHash('sha256').update([user.name, namespace, name, idempotencyKey].join('\0')).digest());

/** Whatever else is asked for under the same key, of whichever preset, is another request. */
const idempotencyIn = ({ user, namespace, name, body, idempotencyKey }: ResolvedRequest) =>
  idempotencyKey === undefined
    ? {}
    : { idempotency: idempotencyOf(user.name, idempotencyKey, { verb: 'claim', namespace, preset: name }, body) };

const resultOf = ({ outcome, claim, workspace }: ClaimAnswer & { readonly status: 'ok' }) => ({
  apiVersion: 'holdfast.dev/v1',
  kind: 'ClaimResult',
  outcome,
  claim,
  workspace: workspace ?? null,
});
