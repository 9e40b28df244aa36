/** One command decided on one state: prepare, decide, and say what is answered. Runs in the transactor's thread or aside. */
import type { Fence, Request, Target, TransactionOperation, Write } from '@holdfast/contracts';
import { encodeObject, decide, decideTransaction, prepare, prepareTransaction } from '@holdfast/resource';
import type { DecidedEvent, DecisionContext, OperationResult, ResourceState, StoredObject } from '@holdfast/resource';

import { apiVersionOf } from './api-version.js';
import type { AnsweredObject, Verdict, VerdictEvent } from './verdict.js';

export type WriteRequest = Extract<Request, Write | { verb: 'transact' }>;

export interface CommandToDecide {
  readonly request: WriteRequest;
  readonly body: Buffer;
  readonly fence?: Fence;
}

/** What decisions rest on beside the state and the time. */
export type DecisionGrounds = Pick<DecisionContext, 'ids' | 'rules'>;

export const decideCommand = (
  state: ResourceState,
  { request, body, fence }: CommandToDecide,
  context: Omit<DecisionContext, 'fence'>,
): Verdict => {
  const fenced: DecisionContext = fence === undefined ? context : { ...context, fence };
  return request.verb === 'transact'
    ? decideOperations(state, body, request.options ?? {}, fenced)
    : decideWrite(state, request, body, fenced);
};

const decideWrite = (state: ResourceState, write: Write, body: Buffer, context: DecisionContext): Verdict => {
  const { target } = write;
  const preparation = prepare(write, body, state.kind(target.group, target.resource));
  if (!preparation.ok) return { kind: 'refused', refusal: preparation.refusal };
  const decision = decide(state, preparation.write, context);
  switch (decision.kind) {
    case 'refused':
      return decision;
    case 'unchanged':
      return {
        kind: 'write',
        events: [],
        dryRun: false,
        outcome: 'unchanged',
        object: stored(decision.current, target),
        warnings: decision.warnings,
      };
    case 'accepted':
      return {
        kind: 'write',
        events: decision.events.map(verdictEvent),
        dryRun: preparation.write.dryRun,
        outcome: decision.outcome,
        object: { kind: 'event', index: 0, apiVersion: apiVersionOf(target) },
        warnings: decision.warnings,
      };
  }
};

type Options = Parameters<typeof prepareTransaction>[1];

const decideOperations = (state: ResourceState, body: Buffer, options: Options, context: DecisionContext): Verdict => {
  const preparation = prepareTransaction(body, options, (group, resource) => state.kind(group, resource));
  if (!preparation.ok) return { kind: 'refused', refusal: preparation.refusal };
  const { operations } = preparation;
  const decision = decideTransaction(state, operations, context);
  if (decision.kind === 'refused') return decision;
  return {
    kind: 'transaction',
    events: decision.events.map(verdictEvent),
    dryRun: options.dryRun === true,
    objects: decision.results.map((result, i) => answered(result, operations[i]?.target)),
    warnings: decision.warnings,
  };
};

const verdictEvent = ({ record, bytes, object }: DecidedEvent): VerdictEvent => ({ record, bytes, object });

const answered = (result: OperationResult, target: TransactionOperation['target'] | undefined): AnsweredObject => {
  if (result.kind === 'removed' || target === undefined) return { kind: 'removed' };
  return result.kind === 'event'
    ? { kind: 'event', index: result.index, apiVersion: apiVersionOf(target) }
    : stored(result.current, target);
};

const stored = ({ version, object }: StoredObject, target: Target): AnsweredObject => ({
  kind: 'stored',
  version,
  bytes: encodeObject(object),
  apiVersion: apiVersionOf(target),
});
