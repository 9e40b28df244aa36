/**
 * Gives out workspaces, for calls and for WorkspaceClaims that somebody made: while this process leads, and for those made
 * while nobody led, too. All that is known of a claim stands in the log; a new leader goes on from there.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { CLAIM_SUBJECT } from '@holdfast/contracts';
import type { ClaimAnswer, ClaimCall } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import { PREBUILDS_GROUP, PRESETS, TEMPLATES, WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import { keyOf, specOf, uidOf } from '@holdfast/reconcile';
import type { Cause, Change, ObjectState } from '@holdfast/reconcile';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { Registry } from 'prom-client';

import type { LeaderContext, OrchestratorPart } from '../leader/orchestrator-part.js';
import { Turns } from '../leader/turns.js';
import { answerOf, refusalOfKnown, specOfCall } from './claim-answer.js';
import { ClaimDesk, claimName, isOpen } from './claim-desk.js';
import type { OpenClaim, Settled } from './claim-desk.js';
import { ClaimMetrics } from './claim-metrics.js';
import { refusalOfReusedKey } from './claim-request.js';
import type { ClaimSubject } from './claim-writes.js';
import { PoolIndex } from './pool-index.js';
import { WaitingLine } from './waiting-line.js';

/** A call about a claim that waits is answered after this long; whoever waits on asks again. */
const LONGEST_HOLD_MS = 1_500;
const CALLS_REMEMBERED = 10_000;

/** Made once in the life of the process. */
export class Claims implements OrchestratorPart {
  private readonly metrics: ClaimMetrics;
  private term: ClaimsTerm | undefined;

  constructor(registry: Registry) {
    this.metrics = new ClaimMetrics(registry);
  }

  start(leader: LeaderContext): void {
    this.term = new ClaimsTerm(leader, this.metrics);
    this.term.begin();
  }

  async stop(): Promise<void> {
    await this.term?.end();
    this.term = undefined;
  }
}

/** Claims while this process leads. */
class ClaimsTerm {
  private readonly index = new PoolIndex();
  private readonly waiting = new WaitingLine();
  private readonly desk: ClaimDesk;
  /** The last thing that is done about each claim: about one claim, one at a time. */
  private readonly turns = new Turns();
  private readonly woken = new Set<string>();
  /** By which request each of the last claims was made: its span is its own. */
  private readonly created = new Map<string, string>();
  private subscription: Subscription | undefined;

  constructor(
    private readonly leader: LeaderContext,
    private readonly metrics: ClaimMetrics,
  ) {
    this.desk = new ClaimDesk({ leader, index: this.index, waiting: this.waiting, newUid: randomUUID });
  }

  begin(): void {
    const { leader } = this;
    this.index.reset(leader.read);
    leader.onChange((change, cause) => this.follow(change, cause));
    // Those that came first are served first.
    for (const claim of leader.read.list(WORKSPACE_CLAIMS).filter(isOpen).sort(olderFirst)) this.serve(claim);
    this.subscription = leader.nc.subscribe(CLAIM_SUBJECT, {
      callback: (error, msg) => {
        if (error === null) void this.reply(msg);
      },
    });
  }

  async end(): Promise<void> {
    this.subscription?.unsubscribe();
    this.waiting.clear();
    await this.turns.settled();
  }

  private follow(change: Change, cause: Cause | undefined): void {
    const { group, resource } = change.key;
    if (group !== PREBUILDS_GROUP) return;
    switch (resource) {
      case WORKSPACES.resource:
        return this.wakeSoon(this.index.follow(change));
      case WORKSPACE_CLAIMS.resource:
        return this.followClaim(change, cause);
      case PRESETS.resource:
      case TEMPLATES.resource:
        for (const pool of this.waiting.pools()) this.wakeSoon(pool);
    }
  }

  private followClaim({ key, after }: Change, cause: Cause | undefined): void {
    if (after !== undefined && isOpen(after)) this.serve(after, cause);
    else this.waiting.remove(claimName(key.namespace, key.name));
  }

  /** A call is answered by who leads to the end: when another leads meanwhile, it is asked again there. */
  private async reply(msg: Msg): Promise<void> {
    const { logger, signal } = this.leader;
    try {
      const answer = await this.take(msg.json<ClaimCall>());
      if (!signal.aborted) msg.respond(JSON.stringify(answer));
    } catch (error) {
      logger.error({ err: error }, 'a claim could not be answered');
    }
  }

  private async take(call: ClaimCall): Promise<ClaimAnswer> {
    const name = claimName(call.namespace, call.name);
    const answer = await this.turns.take(name, () => this.answer(call));
    const waiting = this.waiting.find(name);
    if (waiting === undefined || answer.status !== 'ok') return answer;
    await Promise.race([waiting.ended, delay(LONGEST_HOLD_MS, undefined, { ref: false })]);
    const claim = this.find(call);
    return claim === undefined ? answer : answerOf(claim, answer.outcome, this.leader.read);
  }

  private async answer(call: ClaimCall): Promise<ClaimAnswer> {
    const known = this.find(call);
    if (known !== undefined) return this.answerKnown(known, call);
    const since = new Date();
    const settled = await this.settle({
      subject: subjectOfCall(call),
      since,
      asker: call,
    });
    switch (settled.kind) {
      case 'bound':
      case 'waiting':
      case 'failed':
        this.remember(call);
        return answerOf(settled.claim, 'created', this.leader.read);
      case 'refused':
        return { status: 'refused', refusal: settled.refusal };
      case 'overtaken':
        return this.answerOvertaken(call);
    }
  }

  private async answerKnown(claim: ObjectState, call: ClaimCall): Promise<ClaimAnswer> {
    const claims = [claim, ...this.leader.read.list(WORKSPACE_CLAIMS)];
    const refusal = refusalOfReusedKey(call.idempotency, claims) ?? refusalOfKnown(claim, call);
    if (refusal !== undefined) return { status: 'refused', refusal };
    const isWaiting = this.waiting.find(claimName(call.namespace, call.name)) !== undefined;
    if (isOpen(claim) && !isWaiting) await this.settle(openClaimOf(claim));
    const isOurs = this.created.get(claimName(call.namespace, call.name)) === call.traceparent;
    return answerOf(this.find(call) ?? claim, isOurs ? 'created' : 'known', this.leader.read);
  }

  /** A gateway that did not hear the answer asks again for the same request: to its client the claim is a new one. */
  private remember({ namespace, name, traceparent }: ClaimCall): void {
    this.created.set(claimName(namespace, name), traceparent);
    if (this.created.size > CALLS_REMEMBERED) this.created.delete(this.created.keys().next().value ?? '');
  }

  /** The store knows a claim by that name that had not been heard of here. */
  private async answerOvertaken(call: ClaimCall): Promise<ClaimAnswer> {
    const refusal = await this.desk.catchUp();
    if (refusal !== undefined) return { status: 'refused', refusal };
    const claim = this.find(call);
    if (claim !== undefined) return this.answerKnown(claim, call);
    const advice = call.idempotency === undefined ? 'try again' : 'take a new Idempotency-Key for another one';
    const message = `claim "${call.name}" was made and has been deleted; ${advice}`;
    return { status: 'refused', refusal: { reason: 'Conflict', message } };
  }

  private find({ namespace, name }: Pick<ClaimCall, 'namespace' | 'name'>): ObjectState | undefined {
    return this.leader.read.get(keyOf(WORKSPACE_CLAIMS, namespace, name));
  }

  /** A claim that somebody made as an object; one that waits is woken by what it waits for. */
  private serve(claim: ObjectState, cause?: Cause): void {
    const name = claimName(claim.key.namespace, claim.key.name);
    if (this.waiting.find(name) !== undefined) return;
    void this.turns.take(name, async () => {
      const newest = this.leader.read.get(claim.key);
      if (newest === undefined || !isOpen(newest) || this.waiting.find(name) !== undefined) return;
      this.report(await this.settle(openClaimOf(newest, cause)), newest);
    });
  }

  /** Something happened that claims may wait for; what happens in one turn of the event loop wakes them once. */
  private wakeSoon(pool: string | undefined): void {
    if (pool === undefined || this.waiting.isEmpty || this.woken.has(pool)) return;
    this.woken.add(pool);
    setImmediate(() => {
      this.woken.delete(pool);
      this.wake(pool);
    });
  }

  private wake(pool: string): void {
    for (const { claim } of this.waiting.idle(pool)) {
      const decision = this.desk.decide(claim);
      if (decision.kind === 'wait') continue;
      const name = claimName(claim.subject.namespace, claim.subject.name);
      void this.turns.take(name, () => this.waiting.during(name, () => this.settle(claim, decision)));
    }
  }

  private async settle(open: OpenClaim, first = this.desk.decide(open)): Promise<Settled> {
    const settled = await this.desk.settle(open, first);
    const name = claimName(open.subject.namespace, open.subject.name);
    if (settled.kind === 'waiting') {
      const { pool, until, claim } = settled;
      this.waiting.add(name, openClaimOf(claim, open.cause), { pool, until }, () => this.wake(pool));
      // Several may have begun to wait at once, for fewer than they are.
      this.wakeSoon(pool);
    } else {
      if (settled.kind !== 'refused') this.waiting.remove(name);
      if (settled.kind === 'bound') this.count(open, settled);
    }
    return settled;
  }

  private count(open: OpenClaim, { claim, workspace }: Settled & { readonly kind: 'bound' }): void {
    this.metrics.bound(claim, workspace, Math.max(Date.now() - open.since.getTime(), 0) / 1_000);
  }

  private report(settled: Settled, claim: ObjectState): void {
    if (settled.kind !== 'refused' || this.leader.signal.aborted) return;
    this.leader.logger.warn({ claim: claim.key, why: settled.refusal.message }, 'a claim cannot be served');
  }
}

const subjectOfCall = (call: ClaimCall): ClaimSubject => ({
  namespace: call.namespace,
  name: call.name,
  uid: randomUUID(),
  spec: specOfCall(call),
  ...(call.idempotency === undefined ? {} : { request: call.idempotency }),
});

const openClaimOf = (claim: ObjectState, cause?: Cause): OpenClaim => ({
  subject: {
    namespace: claim.key.namespace,
    name: claim.key.name,
    uid: uidOf(claim),
    spec: specOf(WORKSPACE_CLAIMS, claim),
    version: claim.version,
  },
  since: new Date(createdAt(claim)),
  stored: claim,
  ...(cause === undefined ? {} : { cause }),
});

const createdAt = (claim: ObjectState): string =>
  stringAt(objectAt(claim.object, 'metadata'), 'creationTimestamp') ?? '';

const olderFirst = (a: ObjectState, b: ObjectState): number => {
  const [older, newer] = [createdAt(a), createdAt(b)];
  if (older !== newer) return older < newer ? -1 : 1;
  return a.version - b.version;
};
