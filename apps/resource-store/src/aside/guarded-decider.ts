/**
 * Keeps the transactor's thread free: what is cheap is decided at once, what may take long in a thread aside.
 *
 *   cheap ──────────────────────────────────────────────► decided
 *   costly ──► aside ──► all it has read is newest ──────► decided
 *                ▲   └──► it is not ──┐ (some times; then at once, for a busy object must not starve it)
 *                └────────────────────┘
 *
 * What takes long is known by size: of the body, or of the object that it changes. A kind whose decisions turn out slow
 * in spite of small bodies (its schema is) is decided aside from then on, and so are transactions that turn out slow for
 * their size: many small objects take no longer together than one by one, unless there is more to them.
 */
import { keyText } from '@holdfast/contracts';

import type { Decider, DecisionTask } from '../transactor/decider.js';
import { undecidable } from '../transactor/refusals.js';
import type { AsideCommand } from './aside-job.js';
import type { AsideThread } from './aside-thread.js';
import { SlowKinds } from './slow-kinds.js';
import { areNewest } from './tell-facts.js';

const COSTLY_BYTES = 64 * 1024;
/** A patch of this size may have hundreds of operations. */
const COSTLY_PATCH_BYTES = 16 * 1024;
/** A transaction of this size takes some milliseconds here, and a multiple of that with the copies that go aside. */
const COSTLY_TRANSACTION_BYTES = 192 * 1024;
const ATTEMPTS_ASIDE = 3;

/** So much of it may take the time of one write: far more than it needs, for the processor may be busy elsewhere. */
const TRANSACTION_SHARE_BYTES = 4 * 1024;

/** What the times of transactions are remembered under. */
const TRANSACTIONS = 'transactions';
/** Stands in each transaction that holds a patch, the costs of which no size tells. */
const PATCH_OPERATION = Buffer.from('"verb":"patch"');

export interface GuardedDeciderOptions {
  readonly atOnce: Decider;
  readonly aside: Pick<AsideThread, 'decide'>;
}

export class GuardedDecider implements Decider {
  private readonly slowKinds = new SlowKinds();

  constructor(private readonly options: GuardedDeciderOptions) {}

  decide(task: DecisionTask): void {
    if (this.isCostly(task)) this.decideAside(task, 1);
    else this.decideTimed(task);
  }

  private isCostly({ request, body, state, now }: DecisionTask): boolean {
    if (request.verb === 'transact') return this.isCostlyTransaction(body, now);
    if (body.length > COSTLY_BYTES) return true;
    if (request.verb === 'patch' && body.length > COSTLY_PATCH_BYTES) return true;
    const base = request.target.name === '' ? undefined : state.bytes(keyText(request.target));
    if (base !== undefined && base.bytes.length > COSTLY_BYTES) return true;
    const kind = kindName({ request, state });
    return kind !== undefined && this.slowKinds.isSlow(kind, now.getTime());
  }

  private isCostlyTransaction(body: Buffer, now: Date): boolean {
    if (body.length <= COSTLY_BYTES) return false;
    if (body.length > COSTLY_TRANSACTION_BYTES || body.includes(PATCH_OPERATION)) return true;
    return this.slowKinds.isSlow(TRANSACTIONS, now.getTime());
  }

  private decideTimed(task: DecisionTask): void {
    const { request, body, now } = task;
    const [kind, shares] =
      request.verb === 'transact' ? [TRANSACTIONS, body.length / TRANSACTION_SHARE_BYTES] : [kindName(task), 1];
    const started = performance.now();
    this.options.atOnce.decide(task);
    if (kind !== undefined) {
      this.slowKinds.took(kind, (performance.now() - started) / Math.max(1, shares), now.getTime());
    }
  }

  private decideAside(task: DecisionTask, attempt: number): void {
    const { command, request, body, now, state } = task;
    const { fence } = command;
    // Only these bytes cross to the other thread, not the whole message that they came in.
    const aside: AsideCommand = {
      request,
      body: Uint8Array.from(body),
      now: now.getTime(),
      ...(fence === undefined ? {} : { fence }),
    };
    this.options.aside.decide(aside, state, (outcome) => {
      if (!task.isWanted()) return;
      if (outcome.kind === 'failed') task.decided({ kind: 'refused', refusal: undecidable(outcome.problem) });
      else if (areNewest(state, outcome.reads)) task.decided(outcome.verdict);
      else if (attempt < ATTEMPTS_ASIDE) this.decideAside(task, attempt + 1);
      else this.options.atOnce.decide(task);
    });
  }
}

const kindName = ({ request, state }: Pick<DecisionTask, 'request' | 'state'>): string | undefined => {
  if (request.verb === 'transact') return undefined;
  const { group, resource } = request.target;
  const kind = state.kind(group, resource);
  return kind === undefined ? undefined : `${resource}.${group}@${kind.revision}`;
};
