/**
 * How often each preset was asked lately, out of the log: a claim counts also after it was deleted, and a new leader knows
 * what happened under the one before.
 */
import { setImmediate as turn } from 'node:timers/promises';

import type { Commit, LogEvent } from '@holdfast/contracts';
import { parseObject } from '@holdfast/control-loop';
import type { CommitLog } from '@holdfast/log';
import { instantOf, millisecondsOf, parseInstant, seconds, WORKSPACE_CLAIMS } from '@holdfast/prebuild';
import type { DemandEvent, Instant } from '@holdfast/prebuild';
import { keyOf, statusOf, uidOf } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';

import type { LeaderContext, OrchestratorPart } from '../leader/orchestrator-part.js';
import { sequenceBefore } from './sequence-before.js';

/** The longest window of an expression. */
const WINDOW = seconds(120 * 60);
/** Commits that are read again in one turn of the event loop. */
const COMMITS_IN_A_TURN = 100;

export type DemandLog = Pick<CommitLog, 'end' | 'read' | 'follow'>;

export class Demand implements OrchestratorPart {
  /** By `namespace/preset`, then by the uid of the claim. */
  private readonly events = new Map<string, Map<string, DemandEvent>>();
  private replaying: Promise<void> = Promise.resolve();

  constructor(private readonly log: DemandLog) {}

  /** Knows at once what claims say that are there still; what the log says beside follows. */
  start(leader: LeaderContext): void {
    this.events.clear();
    for (const claim of leader.read.list(WORKSPACE_CLAIMS)) this.note(claim, new Date());
    leader.onChange(({ key, after }) => {
      if (after !== undefined && isClaimKey(key)) this.note(after, new Date());
    });
    this.replaying = this.replay(leader).catch((error: unknown) => {
      if (!leader.signal.aborted) leader.logger.warn({ err: error }, 'claims of the past cannot be counted');
    });
  }

  async stop(): Promise<void> {
    await this.replaying;
  }

  /** Resolves when the log was read up to where it ended at the start. */
  async replayed(): Promise<void> {
    await this.replaying;
  }

  /** Claims and misses on a preset, by `namespace/name`, in no order. */
  of(preset: string, now: Instant): readonly DemandEvent[] {
    const known = this.events.get(preset);
    if (known === undefined) return [];
    for (const [claim, { at }] of known) if (now - at >= WINDOW) known.delete(claim);
    return [...known.values()];
  }

  private async replay({ signal }: LeaderContext): Promise<void> {
    const end = await this.log.end();
    const after = await sequenceBefore(this.log, end, millisecondsOf(instantOf(new Date()) - WINDOW));
    if (after >= end) return;
    let read = 0;
    for await (const commit of this.log.follow({ after, signal })) {
      this.take(commit);
      if (commit.sequence >= end) return;
      read += 1;
      if (read % COMMITS_IN_A_TURN === 0) await turn();
    }
  }

  private take({ events, timestamp }: Commit): void {
    for (const event of events) {
      const { record } = event;
      if (isClaimKey(record)) this.note(stateOf(event), new Date(timestamp));
    }
  }

  /** A claim counts once, when it was bound or first found none; who waits counts although it is not bound yet. */
  private note(claim: ObjectState, seenAt: Date): void {
    const { preset, source, missReason, boundAt = '' } = statusOf(WORKSPACE_CLAIMS, claim);
    if (preset === undefined || (source === undefined && missReason === undefined)) return;
    const of = `${claim.key.namespace}/${preset}`;
    const known = this.events.get(of) ?? new Map<string, DemandEvent>();
    const uid = uidOf(claim);
    if (known.has(uid)) return;
    const at = parseInstant(boundAt) ?? instantOf(seenAt);
    this.events.set(of, known.set(uid, { at, kind: source === 'warm' ? 'claim' : 'miss' }));
  }
}

const isClaimKey = ({ group, resource }: { readonly group: string; readonly resource: string }): boolean =>
  group === WORKSPACE_CLAIMS.group && resource === WORKSPACE_CLAIMS.resource;

const stateOf = ({ record, object, version }: LogEvent): ObjectState => {
  const key = keyOf(WORKSPACE_CLAIMS, record.namespace, record.name);
  return { key, version, object: parseObject(object, key) };
};
