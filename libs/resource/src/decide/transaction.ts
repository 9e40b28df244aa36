/** Several writes as one: later ones see earlier ones, all happen or none does. */
import type { Refusal } from '@holdfast/kernel';
import { decideWrite } from './decide.js';
import type { DecidedEvent, DecisionContext, OperationResult, ResourceState, TransactionDecision } from './decision.js';
import { refuseStaleFence } from './fence.js';
import { ofOperation } from './operation-refusal.js';
import { refused } from './outcome.js';
import { foldLife, Overlay } from './overlay.js';
import type { PreparedWrite } from './prepared-write.js';
import { tooLarge } from './refusals.js';

/** What the objects of one transaction may come to, as they are stored; a smaller log takes less. */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;

/** What the operations together do to the newest state; the first one that is refused refuses them all. */
export const decideTransaction = (
  state: ResourceState,
  operations: readonly PreparedWrite[],
  context: DecisionContext,
): TransactionDecision => {
  const stale = refuseStaleFence(state, context.fence);
  if (stale !== undefined) return refused(stale);

  const overlay = new Overlay(state);
  /** Per operation the life that it is part of, or its result when it changed nothing. */
  const parts: (number | OperationResult)[] = [];
  const warnings: string[] = [];
  for (const [index, operation] of operations.entries()) {
    const decision = decideWrite(overlay, operation, context);
    if (decision.kind === 'refused') return refused(ofOperation(decision.refusal, index));
    warnings.push(...decision.warnings);
    if (decision.kind === 'unchanged') parts.push(overlay.indexOf(decision.current.key) ?? decision);
    else for (const event of decision.events) parts.push(overlay.apply(event));
    if (overlay.bytes > MAX_TRANSACTION_BYTES) return refused(ofOperation(outgrown(overlay.bytes), index));
  }
  const { events, results } = fold(overlay);
  return { kind: 'accepted', events, results: parts.map((part) => resultOf(part, results)), warnings };
};

const outgrown = (bytes: number): Refusal =>
  tooLarge(`the transaction is ${bytes} bytes as stored so far, the limit is ${MAX_TRANSACTION_BYTES} bytes`);

const fold = ({ lives }: Overlay): { events: readonly DecidedEvent[]; results: readonly OperationResult[] } => {
  const events: DecidedEvent[] = [];
  const results = lives.map((life): OperationResult => {
    const folded = foldLife(life);
    if (folded.kind !== 'event') return folded;
    events.push(folded.event);
    return folded.event.record.type === 'deleted' ? { kind: 'removed' } : { kind: 'event', index: events.length - 1 };
  });
  return { events, results };
};

const resultOf = (part: number | OperationResult, results: readonly OperationResult[]): OperationResult => {
  if (typeof part !== 'number') return part;
  const result = results[part];
  if (result === undefined) throw new RangeError(`operation of life ${part}, there are ${results.length}`);
  return result;
};
