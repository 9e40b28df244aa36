/** What the orchestrator consists of, and what each part of it is given while this process leads. */
import type { CommandSender } from '@holdfast/command-client';
import type { Fence, ObjectKey } from '@holdfast/contracts';
import type { Asker, EventRecorder, Listener, StoreWriter } from '@holdfast/control-loop';
import type { Logger } from '@holdfast/nest-platform';
import type { Cause, ObjectReader, RunIdentity } from '@holdfast/reconcile';
import type { NatsConnection } from '@nats-io/transport-node';

import type { LogView } from './log-view.js';

/** Started each time this process becomes the leader, and stopped each time before another can. */
export interface OrchestratorPart {
  /** Begins to work, and returns at once. */
  start(leader: LeaderContext): void;
  /** Resolves when nothing of the part is under way any more; the leader's signal is aborted by then. */
  stop(): Promise<void>;
}

export interface LeaderContext {
  /** Counts the leaders. */
  readonly epoch: number;
  /** Of every write and every effect outside: the store refuses those of an earlier epoch. */
  readonly fence: Fence;
  /** Every object, as new as the log and as our own last write. */
  readonly read: ObjectReader;
  /** The objects of pools at one version of the log, whatever we have written since. */
  readonly view: LogView;
  readonly nc: NatsConnection;
  readonly client: CommandSender;
  readonly logger: Logger;
  /** Tells people of what was observed. */
  readonly events: EventRecorder;
  /** Aborted when this process leads no more. */
  readonly signal: AbortSignal;
  /** Calls back on each change of an object, as long as this process leads. */
  onChange(listener: Listener): void;
  /** A piece of work: what it writes carries its id, its cause and the fence. */
  begin(work: Work): Piece;
}

export interface Work {
  /** In whose name: actor, field manager and source of Events. */
  readonly controller: string;
  readonly about: ObjectKey;
  /** What led to it. */
  readonly cause?: Cause;
  /** Who asked for it, with the span of the request. */
  readonly asker?: Asker & { readonly traceparent: string };
}

export interface Piece {
  readonly run: RunIdentity;
  readonly write: StoreWriter;
}
