/** What a run sends to the store: in the name of its controller, with its id, its cause and its fence. */
import { randomUUID } from 'node:crypto';

import { controllerActor } from '@holdfast/contracts';
import type { Command, Request } from '@holdfast/contracts';
import type { RunIdentity } from '@holdfast/reconcile';

const DEADLINE_MS = 10_000;

/** A request that a controller carries out for somebody: it is written in their name, and found by their ids. */
export interface Asker {
  readonly actor: string;
  readonly requestID: string;
  readonly correlationID: string;
  /** A key is good for one write. */
  readonly idempotency?: NonNullable<Command['idempotency']>;
}

export const commandOfRun = (run: RunIdentity, request: Request, asker?: Asker): Command => {
  const { id, cause, controller, fence } = run;
  return {
    id: randomUUID(),
    deadline: Date.now() + DEADLINE_MS,
    actor: asker?.actor ?? controllerActor(controller),
    requestID: asker?.requestID ?? id,
    correlationID: asker?.correlationID ?? correlationOf(run),
    ...(cause === undefined ? {} : { causationID: String(cause.version) }),
    // The run itself is the span that led to what it writes.
    traceparent: run.traceparent,
    fieldManager: controller,
    ...(asker?.idempotency === undefined ? {} : { idempotency: asker.idempotency }),
    ...(fence === undefined ? {} : { fence }),
    request,
  };
};

/** A run without a cause begins a story of its own. */
export const correlationOf = ({ cause, id }: RunIdentity): string => cause?.correlationID ?? id;
