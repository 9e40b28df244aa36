/**
 * Settles claims: decides, writes the decision as one transaction, and decides again when somebody else was faster.
 *
 * A workspace is reserved here from the decision to the answer of the store, so that claims of one moment do not meet;
 * that only one of them gets it rests on the version that the transaction names, whoever else may write. Before a claim
 * is told that there is none, what the log has to say by then is taken in.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { NO_BODY } from '@holdfast/contracts';
import { serviceCommand } from '@holdfast/control-loop';
import type { Asker } from '@holdfast/control-loop';
import type { Refusal } from '@holdfast/kernel';
import { decideClaim, instantOf, nameFromDigest, seconds, WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import type { ClaimDecision, ClaimRefusal, MissReason } from '@holdfast/prebuild';
import { isDeleting, keyOf, statusOf } from '@holdfast/reconcile';
import type { Cause, ObjectState } from '@holdfast/reconcile';

import { SERVICE } from '../leader/leadership.js';
import type { LeaderContext } from '../leader/orchestrator-part.js';
import { snapshotFor } from './claim-snapshot.js';
import { bindCold, bindWarm, failClaim, letWait } from './claim-writes.js';
import type { Binding, ClaimSubject, NewWorkspace } from './claim-writes.js';
import { poolName } from './pool-index.js';
import type { PoolIndex } from './pool-index.js';
import type { WaitingLine } from './waiting-line.js';

/** A claim that has no workspace yet. */
export interface OpenClaim {
  readonly subject: ClaimSubject;
  /** When it was made; the time that it may wait begins then. */
  readonly since: Date;
  /** Missing for one that is not in the store yet. */
  readonly stored?: ObjectState;
  readonly asker?: Asker & { readonly traceparent: string };
  readonly cause?: Cause;
}

export type Settled =
  | { readonly kind: 'bound'; readonly claim: ObjectState; readonly workspace: ObjectState }
  | { readonly kind: 'waiting'; readonly claim: ObjectState; readonly pool: string; readonly until: Date }
  | { readonly kind: 'failed'; readonly claim: ObjectState }
  /** Somebody else has made, bound, changed or deleted it meanwhile. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ClaimDeskOptions {
  readonly leader: LeaderContext;
  readonly index: PoolIndex;
  readonly waiting: Pick<WaitingLine, 'ahead'>;
  readonly newUid: () => string;
}

/** Far more often than workspaces change between two looks at them. */
const MOST_TRIES = 50;
const CATCH_UP_LIMIT_MS = 5_000;

export class ClaimDesk {
  private readonly reserved = new Set<string>();

  constructor(private readonly options: ClaimDeskOptions) {}

  /** What would become of the claim now; a workspace that it gets is reserved for it, and it must be settled. */
  decide({ subject, since }: OpenClaim): ClaimDecision {
    const { leader, index, waiting } = this.options;
    const { namespace, name, spec } = subject;
    const { preset, template, parameters, waitSeconds } = spec;
    const asked = {
      ...(preset === undefined ? {} : { preset }),
      ...(template === undefined ? {} : { template }),
      parameters,
      waitUntil: instantOf(since) + seconds(waitSeconds),
    };
    const reservations = {
      isReserved: (workspace: string) => this.reserved.has(`${namespace}/${workspace}`),
      waitingAhead: (pool: string) => waiting.ahead(poolName(namespace, pool), claimName(namespace, name)),
    };
    const snapshot = snapshotFor(namespace, spec, leader.read, index);
    const decision = decideClaim(snapshot, asked, reservations, instantOf(new Date()));
    if (decision.kind === 'warm') this.reserved.add(`${namespace}/${decision.workspace.id}`);
    return decision;
  }

  /** Brings the claim to where it has a workspace, waits for one, or cannot be served. */
  async settle(open: OpenClaim, first = this.decide(open)): Promise<Settled> {
    let [decision, isFresh] = [first, false];
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (tries > 0) {
        const refusal = await this.catchUp();
        if (refusal !== undefined) return { kind: 'refused', refusal };
        const current = this.refreshed(open);
        if (current === undefined) return { kind: 'overtaken' };
        open = current;
        [decision, isFresh] = [this.decide(open), true];
      }
      if (decision.kind !== 'warm' && !isFresh) continue;
      const settled = await this.carryOut(open, decision);
      if (settled !== 'lost') return settled;
    }
    return { kind: 'refused', refusal: tooManyTries(open.subject.name) };
  }

  /** Takes in everything that had happened when this was called; a refusal says that it cannot be known now. */
  async catchUp(): Promise<Refusal | undefined> {
    const { client, view, signal } = this.options.leader;
    const { reply } = await client.send(serviceCommand(SERVICE, { verb: 'look' }), NO_BODY);
    if (reply.status === 'refused') return reply.refusal;
    const reached = view.atLeast(reply.version, signal).then(
      () => undefined,
      () => notNow('another orchestrator leads by now'),
    );
    const late = delay(CATCH_UP_LIMIT_MS, notNow('the log cannot be followed now'), { ref: false });
    return Promise.race([reached, late]);
  }

  /** A claim in the store is as it is there now; undefined when there is nothing left to do for it. */
  private refreshed(open: OpenClaim): OpenClaim | undefined {
    if (open.stored === undefined) return open;
    const stored = this.options.leader.read.get(open.stored.key);
    if (stored === undefined || !isOpen(stored)) return undefined;
    return { ...open, stored, subject: { ...open.subject, version: stored.version } };
  }

  private async carryOut(open: OpenClaim, decision: ClaimDecision): Promise<Settled | 'lost'> {
    switch (decision.kind) {
      case 'warm': {
        const id = `${open.subject.namespace}/${decision.workspace.id}`;
        try {
          return await this.bindTo(open, decision);
        } finally {
          this.reserved.delete(id);
        }
      }
      case 'cold':
        return this.build(open, decision);
      case 'wait':
        return this.wait(open, decision);
      case 'refused':
        return this.refuse(open, decision.because);
    }
  }

  private async bindTo(
    open: OpenClaim,
    { preset, workspace: { id } }: ClaimDecision & { readonly kind: 'warm' },
  ): Promise<Settled | 'lost'> {
    const { read } = this.options.leader;
    const workspace = read.get(keyOf(WORKSPACES, open.subject.namespace, id));
    if (workspace === undefined) return 'lost';
    const missReason = open.stored && statusOf(WORKSPACE_CLAIMS, open.stored).missReason;
    const origin = missReason === undefined ? { source: 'warm' as const } : { source: 'starting' as const, missReason };
    const binding: Binding = { claim: open.subject, preset, ...origin, at: new Date() };
    return this.written(open, bindWarm(binding, workspace), (claim, bound) => ({
      kind: 'bound',
      claim,
      workspace: bound,
    }));
  }

  private async build(
    open: OpenClaim,
    { workspace, missReason, message: told }: ClaimDecision & { readonly kind: 'cold' },
  ): Promise<Settled | 'lost'> {
    const { preset, template } = workspace;
    const name = nameFromDigest(preset ?? template, randomBytes(NAME_BYTES));
    const made: NewWorkspace = { ...workspace, name, uid: this.options.newUid() };
    const more = { ...(preset === undefined ? {} : { preset }), ...(told === undefined ? {} : { message: told }) };
    const binding: Binding = { claim: open.subject, ...more, source: 'cold', missReason, at: new Date() };
    const settled = await this.written(open, bindCold(binding, made), (claim, bound) => ({
      kind: 'bound',
      claim,
      workspace: bound,
    }));
    if (settled === 'lost' || settled.kind !== 'refused' || !isOfWorkspace(settled.refusal)) return settled;
    // A preset may have become one that its template's version does not take: no other try changes that.
    const message = `none is ready, and what would be built is refused: ${settled.refusal.message}`;
    if (open.stored !== undefined) return this.fail(open, message, missReason);
    return { kind: 'refused', refusal: { ...settled.refusal, message } };
  }

  private async wait(
    open: OpenClaim,
    { preset, missReason }: { readonly preset: string; readonly missReason: MissReason },
  ): Promise<Settled | 'lost'> {
    const { subject, stored, since } = open;
    const pool = poolName(subject.namespace, preset);
    const until = new Date(since.getTime() + subject.spec.waitSeconds * 1_000);
    if (stored !== undefined && statusOf(WORKSPACE_CLAIMS, stored).phase === 'Pending')
      return { kind: 'waiting', claim: stored, pool, until };
    return this.written(open, letWait(subject, preset, missReason), (claim) => ({
      kind: 'waiting',
      claim,
      pool,
      until,
    }));
  }

  /** What is not in the store stays out of it; what is there says why it gets nothing. */
  private async refuse(open: OpenClaim, because: ClaimRefusal): Promise<Settled | 'lost'> {
    const refusal = refusalOf(because);
    if (open.stored === undefined) return { kind: 'refused', refusal };
    return this.fail(open, refusal.message, because.kind === 'no-active-version' ? 'NoActiveVersion' : undefined);
  }

  private fail(open: OpenClaim, message: string, missReason?: MissReason): Promise<Settled | 'lost'> {
    return this.written(open, failClaim(open.subject, message, missReason), (claim) => ({ kind: 'failed', claim }));
  }

  private async written(
    { subject, stored, asker, cause }: OpenClaim,
    operations: Parameters<Writer['transact']>[0],
    settledWith: (claim: ObjectState, last: ObjectState) => Settled,
  ): Promise<Settled | 'lost'> {
    const about = stored?.key ?? keyOf(WORKSPACE_CLAIMS, subject.namespace, subject.name);
    const { write } = this.options.leader.begin({
      controller: 'claims',
      about,
      ...(asker === undefined ? {} : { asker }),
      ...(cause === undefined ? {} : { cause }),
    });
    const result = await write.transact(operations);
    if (!result.ok) return afterRefusal(result.refusal, stored !== undefined);
    const [claim, last] = [result.states[0], result.states.at(-1)];
    if (claim === undefined || last === undefined) throw new TypeError('a claim was written and is not there');
    return settledWith(claim, last);
  }
}

type Writer = ReturnType<LeaderContext['begin']>['write'];

const NAME_BYTES = 7;

/** Unique among the claims of all namespaces. */
export const claimName = (namespace: string, name: string): string => `${namespace}/${name}`;

/** Whether somebody still waits for a workspace by it. */
export const isOpen = (claim: ObjectState): boolean => {
  const { phase = 'Pending' } = statusOf(WORKSPACE_CLAIMS, claim);
  return phase === 'Pending' && !isDeleting(claim);
};

/** A conflict is about the workspace, the claim or our leadership: with what the log says all of them are seen. */
const afterRefusal = (refusal: Refusal, isStored: boolean): Settled | 'lost' => {
  switch (refusal.reason) {
    case 'AlreadyExists':
      return isStored || refusal.details?.kind !== WORKSPACE_CLAIMS.resource ? 'lost' : { kind: 'overtaken' };
    case 'Conflict':
      return 'lost';
    case 'NotFound':
      return refusal.details?.kind === WORKSPACES.resource || isStored ? 'lost' : { kind: 'refused', refusal };
    default:
      return { kind: 'refused', refusal: inWordsOfClaim(refusal) };
  }
};

const isOfWorkspace = ({ reason, details }: Refusal): boolean =>
  reason === 'Invalid' && details?.kind === WORKSPACES.kind;

/** Who asked for a claim knows nothing of the operations that it takes, nor of the object that it becomes. */
const inWordsOfClaim = (refusal: Refusal): Refusal => {
  const { details } = refusal;
  const message = refusal.message.replace(/^operations\[\d+\]: /, '');
  if (details?.causes === undefined) return { ...refusal, message };
  const causes = details.causes.map(({ field, ...cause }) =>
    field === undefined ? cause : { ...cause, field: field.replace(/^operations\[\d+\]\.?(spec\.)?/, '') },
  );
  return { ...refusal, message, details: { ...details, causes } };
};

const refusalOf = (because: ClaimRefusal): Refusal => {
  const group = WORKSPACE_CLAIMS.group;
  switch (because.kind) {
    case 'no-preset':
      return notFound('presets', group, because.preset);
    case 'no-template':
      return notFound('templates', group, because.template);
    case 'no-active-version':
      return {
        reason: 'Conflict',
        message: `template "${because.template}" has no active version, so there is nothing to build a workspace from`,
        details: { name: because.template, group, kind: 'templates' },
      };
  }
};

const notFound = (kind: string, group: string, name: string): Refusal => ({
  reason: 'NotFound',
  message: `${kind}.${group} "${name}" not found`,
  details: { name, group, kind },
});

const tooManyTries = (claim: string): Refusal => notNow(`claim "${claim}" met others ${MOST_TRIES} times over`);

const notNow = (message: string): Refusal => ({
  reason: 'ServiceUnavailable',
  message: `${message}; try again`,
  details: { retryAfterSeconds: 1 },
});
