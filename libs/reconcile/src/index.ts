export { convergeChildren, planChildren } from './children.js';
export type { ChildAction, DesiredChild } from './children.js';
export { conditionsOf, setCondition } from './conditions.js';
export type { ConditionStatus, Observation } from './conditions.js';
export { ALL_SHARES, Controller, RunTimeout } from './controller.js';
export type { ControllerPorts, RunReport, Shares, WatchFailure } from './controller.js';
export { defineReconciler } from './define-reconciler.js';
export type { KindReconciler, TypedRun } from './define-reconciler.js';
export { EventCorrelator } from './event-correlator.js';
export type { EventObservation, EventWrite } from './event-correlator.js';
export { apiVersionOf, keyOf, specOf, statusOf } from './kind.js';
export type { Kind } from './kind.js';
export { Members } from './members.js';
export type { MembersOptions } from './members.js';
export { finalizersOf, isDeleting, ObjectCache, objectTypeText, ownersOf, uidOf } from './object-cache.js';
export type { Change, ObjectState, ObjectType, OwnerReference } from './object-cache.js';
export { after, checkOutcome, done, observing, retry, stalled, waiting } from './outcome.js';
export type { Outcome } from './outcome.js';
export { PARTITIONS, partitionOf, planShare } from './partitions.js';
export type { Holders, SharePlan } from './partitions.js';
export type {
  Cause,
  ObjectReader,
  ObjectWriter,
  ReconcilerDefinition,
  Run,
  RunIdentity,
  RunWriter,
  StatusReport,
  WakeReason,
  Watch,
  WriteResult,
} from './reconciler.js';
export { observationOf } from './run-events.js';
export { nextStatus, summaryOf } from './status.js';
export {
  allOf,
  annotationsChanged,
  anyOf,
  generationChanged,
  labelsChanged,
  not,
  watchFor,
  watchMapped,
  watchOwned,
} from './watches.js';
export type { Predicate } from './watches.js';
export { PRIORITY, WorkQueue } from './work-queue.js';
export type { Backoff, Clock, QueueObserver, WorkQueueOptions } from './work-queue.js';
export { isConflict, WriteRefused } from './write-refused.js';
