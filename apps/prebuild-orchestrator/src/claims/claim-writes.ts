/** What a claim and its workspace become, as operations of one transaction. */
import type { ClaimCall, TransactionOperation } from '@holdfast/contracts';
import { objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { WORKSPACE_CLAIMS, WORKSPACE_FINALIZER, WORKSPACES } from '@holdfast/prebuild';
import type {
  ColdWorkspace,
  MissReason,
  WorkspaceClaimSpec,
  WorkspaceClaimStatus,
  WorkspaceSpec,
} from '@holdfast/prebuild';
import { apiVersionOf, specOf, uidOf } from '@holdfast/reconcile';
import type { Kind, ObjectState } from '@holdfast/reconcile';

import { withQueuedBuild } from '../builds/queued-build.js';
import { workspaceOf } from '../builds/workspace.js';
import { rememberRequest } from './claim-request.js';

/** A claim as it is in the store, or as it is to be made. */
export interface ClaimSubject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly spec: WorkspaceClaimSpec;
  /** By which it is made; what exists remembers it. */
  readonly request?: NonNullable<ClaimCall['idempotency']>;
  /** The version at which its status may be written; missing when it does not exist yet. */
  readonly version?: number;
}

export interface Binding {
  readonly claim: ClaimSubject;
  readonly preset?: string;
  readonly source: NonNullable<WorkspaceClaimStatus['source']>;
  readonly missReason?: MissReason;
  readonly message?: string;
  readonly at: Date;
}

/** The workspace changes hands only if it is as it was seen: of two claims one wins. The claim's hook is queued with it. */
export const bindWarm = (binding: Binding, workspace: ObjectState): TransactionOperation[] => {
  const { namespace, name } = workspace.key;
  const { claim } = binding;
  const spec = { ...specOf(WORKSPACES, workspace), ...handedOver(claim) };
  const seen = workspaceOf(workspace);
  const generation = (seen.metadata.generation ?? 0) + 1;
  const status = withQueuedBuild({ ...seen, spec, metadata: { ...seen.metadata, generation } }, binding.at);
  return [
    ...claimOperations(claim, boundStatus(binding, { name, uid: uidOf(workspace) })),
    {
      verb: 'patch',
      patchType: 'json',
      target: targetOf(WORKSPACES, namespace, name),
      preconditions: { resourceVersion: String(workspace.version) },
      keepsStatus: true,
      body: [
        { op: 'add', path: '/metadata/ownerReferences', value: [ownerReference(claim)] },
        { op: 'add', path: '/spec', value: spec },
        { op: 'add', path: '/status', value: status },
      ],
    },
  ];
};

export interface NewWorkspace extends ColdWorkspace {
  readonly name: string;
  readonly uid: string;
}

/** Made together with the claim, so that there never is one without the other. */
export const bindCold = (binding: Binding, workspace: NewWorkspace): TransactionOperation[] => {
  const { claim } = binding;
  const { name, uid, template, version, preset, parameters } = workspace;
  const spec: WorkspaceSpec = {
    template,
    version,
    ...(preset === undefined ? {} : { preset }),
    parameters,
    ...handedOver(claim),
    transition: 'start',
  };
  const metadata = {
    name,
    namespace: claim.namespace,
    finalizers: [WORKSPACE_FINALIZER],
    ownerReferences: [ownerReference(claim)],
  };
  const status = withQueuedBuild({ metadata: { ...metadata, uid, generation: 1 }, spec, status: {} }, binding.at);
  return [
    ...claimOperations(claim, boundStatus(binding, { name, uid })),
    {
      verb: 'create',
      target: targetOf(WORKSPACES, claim.namespace, ''),
      uid,
      keepsStatus: true,
      body: { apiVersion: apiVersionOf(WORKSPACES), kind: WORKSPACES.kind, metadata, spec, status },
    },
  ];
};

/** The claim waits for a workspace that is starting; what it waits for stands in the log, not in a process. */
export const letWait = (claim: ClaimSubject, preset: string, missReason: MissReason): TransactionOperation[] =>
  claimOperations(claim, { phase: 'Pending', preset, missReason });

export const failClaim = (claim: ClaimSubject, message: string, missReason?: MissReason): TransactionOperation[] =>
  claimOperations(claim, { phase: 'Failed', message, ...(missReason === undefined ? {} : { missReason }) });

/** The claim with its status, or, when it is there already, its status alone. */
const claimOperations = (claim: ClaimSubject, status: WorkspaceClaimStatus): TransactionOperation[] => {
  const { namespace, name, uid, spec, request, version } = claim;
  if (version === undefined) {
    const { kind } = WORKSPACE_CLAIMS;
    const metadata = { name, namespace, ...rememberRequest(request) };
    const body = { apiVersion: apiVersionOf(WORKSPACE_CLAIMS), kind, metadata, spec, status };
    return [{ verb: 'create', target: targetOf(WORKSPACE_CLAIMS, namespace, ''), uid, keepsStatus: true, body }];
  }
  return [
    {
      verb: 'patch',
      patchType: 'merge',
      target: { ...targetOf(WORKSPACE_CLAIMS, namespace, name), subresource: 'status' },
      body: { metadata: { resourceVersion: String(version) }, status },
    },
  ];
};

const boundStatus = (
  { preset, source, missReason, message, at }: Binding,
  workspace: { readonly name: string; readonly uid: string },
): WorkspaceClaimStatus => ({
  phase: 'Bound',
  ...(preset === undefined ? {} : { preset }),
  workspace,
  source,
  ...(missReason === undefined ? {} : { missReason }),
  ...(message === undefined ? {} : { message }),
  boundAt: at.toISOString(),
});

const handedOver = ({ name, uid, spec: { owner } }: ClaimSubject) => ({ owner, name, claimRef: { name, uid } });

/** Whoever deletes the claim gives the workspace up: it goes with it. */
const ownerReference = ({ name, uid }: ClaimSubject): JsonObject => ({
  apiVersion: apiVersionOf(WORKSPACE_CLAIMS),
  kind: WORKSPACE_CLAIMS.kind,
  name,
  uid,
  controller: true,
});

const targetOf = ({ group, version, resource }: Kind<object, object>, namespace: string, name: string) => ({
  group,
  version,
  resource,
  namespace,
  name,
});

/** The object as clients see it. */
export const withVersion = ({ object, version }: ObjectState): JsonObject => ({
  ...object,
  metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(version) },
});
