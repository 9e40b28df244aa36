/**
 * Asks the orchestrator that leads, wherever it is. A claim that was asked twice is the same by its name, so silence, and
 * a moment in which nobody leads, are answered with asking again.
 */
import { setTimeout as delay } from 'node:timers/promises';

import { CLAIM_SUBJECT } from '@holdfast/contracts';
import type { ClaimAnswer, ClaimCall } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import { createInbox } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';

import { refuse } from '../http/status-error.js';

export interface ClaimLeader {
  /** The end of the claim, or how it stands when the time to wait is over; a refusal is thrown when nobody leads. */
  claim(call: ClaimCall, waitUntil: number): Promise<ClaimAnswer>;
}

/** The leader lets nobody who waits for a workspace wait longer for an answer. */
const ANSWER_LIMIT_MS = 2_500;
/** Whoever asks for longer comes again by itself. */
const PATIENCE_MS = 5_000;
const PAUSE_MS = 50;

export class NatsClaimLeader implements ClaimLeader {
  private readonly inbox: string;
  private readonly waiting = new Map<string, (answer: ClaimAnswer | undefined) => void>();
  private asked = 0;

  /** The connection's own requests make two errors with their stacks for each, which is a tenth of a claim here. */
  constructor(
    private readonly nc: Pick<NatsConnection, 'publish' | 'subscribe'>,
    inboxPrefix: string,
  ) {
    this.inbox = `${createInbox(inboxPrefix)}.`;
    nc.subscribe(`${this.inbox}*`, { callback: (error, msg) => this.answered(error, msg) });
  }

  async claim(call: ClaimCall, waitUntil: number): Promise<ClaimAnswer> {
    const payload = JSON.stringify(call);
    let patientUntil = Date.now() + PATIENCE_MS;
    let isCreated = false;
    for (;;) {
      const answer = await this.ask(payload, Math.min(ANSWER_LIMIT_MS, patientUntil - Date.now()));
      if (answer !== undefined) {
        isCreated ||= answer.status === 'ok' && answer.outcome === 'created';
        if (!isWaiting(answer) || Date.now() >= waitUntil) return isCreated ? asCreated(answer) : answer;
        patientUntil = Date.now() + PATIENCE_MS;
      } else {
        await delay(PAUSE_MS);
        if (Date.now() >= patientUntil) throw nobodyLeads();
      }
    }
  }

  /** Undefined when nobody listens, nobody answers, or NATS is away: all of them pass, or patience does. */
  private ask(payload: string, limitMs: number): Promise<ClaimAnswer | undefined> {
    return new Promise((resolve) => {
      const token = String(++this.asked);
      const timer = setTimeout(() => this.settle(token, undefined), Math.max(limitMs, 1));
      this.waiting.set(token, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      try {
        this.nc.publish(CLAIM_SUBJECT, payload, { reply: this.inbox + token });
      } catch {
        this.settle(token, undefined);
      }
    });
  }

  private answered(error: Error | null, msg: Msg): void {
    if (error !== null) return;
    // Without data it says that nobody listens.
    const answer = msg.data.length === 0 ? undefined : msg.json<ClaimAnswer>();
    this.settle(msg.subject.slice(this.inbox.length), answer);
  }

  private settle(token: string, answer: ClaimAnswer | undefined): void {
    const resolve = this.waiting.get(token);
    this.waiting.delete(token);
    resolve?.(answer);
  }
}

const isWaiting = (answer: ClaimAnswer): boolean =>
  answer.status === 'ok' && stringAt(objectAt(answer.claim, 'status'), 'phase') === 'Pending';

const asCreated = (answer: ClaimAnswer): ClaimAnswer =>
  answer.status === 'ok' ? { ...answer, outcome: 'created' } : answer;

const nobodyLeads = () =>
  refuse(
    'ServiceUnavailable',
    'claims are not taken now: no orchestrator of pools leads; repeat with the same Idempotency-Key',
    {
      retryAfterSeconds: 1,
    },
  );
