export type { Heartbeat, MemberAnnouncement, Projected } from './announcements.js';
export type { ClaimAnswer, ClaimCall } from './claim-call.js';
export { cloudEventOf, encodeCloudEvent, EVENT_DATA_SCHEMA } from './cloud-event.js';
export type {
  Command,
  Fence,
  FieldValidation,
  PatchType,
  Preconditions,
  PropagationPolicy,
  Reply,
  Request,
  Target,
  TransactionOperation,
  Write,
  WriteOptions,
  WriteVerb,
} from './command.js';
export { decodeFrame, encodeFrames, FrameFormatError, NO_BODY } from './command-frame.js';
export type { Frame, FrameItem } from './command-frame.js';
export {
  COMMIT_SCHEMA_VERSION,
  CommitFormatError,
  decodeCommit,
  encodeCommit,
  MAX_EVENTS_PER_COMMIT,
  spliceVersion,
} from './commit.js';
export type { Commit, CommitHeader, LogEvent, NewEvent } from './commit.js';
export { encodeObject } from './encode-object.js';
export { EVENT_SCHEMA_VERSION, EVENT_TYPE_PREFIX } from './event.js';
export type { CloudEvent, CommandRecord, EventRecord, EventType, SelectorValues } from './event.js';
export { keyText, parseKeyText } from './object-key.js';
export type { ObjectKey } from './object-key.js';
export { WORKERS_QUEUE } from './reconcile-call.js';
export type { AnsweredOutcome, ReconcileAnswer, ReconcileCall } from './reconcile-call.js';
export { boundaryOf, EVENTS_PER_SEQUENCE, parseResourceVersion, positionOf, versionAt } from './resource-version.js';
export type { LogPosition } from './resource-version.js';
export { controllerActor, controllerOfActor, parseRunRecord, RUN_SCHEMA_VERSION } from './run-record.js';
export type { RunRecord } from './run-record.js';
export {
  CLAIM_SUBJECT,
  commandSubject,
  decodeToken,
  encodeToken,
  EVENTS_STREAM,
  EVENTS_SUBJECTS,
  eventSubject,
  HEARTBEAT_SUBJECT,
  inboxPrefix,
  JOB_SUBJECTS,
  jobConsumer,
  jobFilter,
  JOBS_STREAM,
  jobSubject,
  LOG_STREAM,
  LOG_SUBJECT,
  MIRROR_PREFIX,
  ORCHESTRATOR_MEMBERS_SUBJECT,
  OUTPUT_STREAM,
  OUTPUT_SUBJECTS,
  outputFilter,
  outputSubject,
  parseEventSubject,
  parseProvisionCancelSubject,
  parseRunSubject,
  parseWorkerSubject,
  PROJECTED_SUBJECT,
  PROJECTOR_NUDGE_SUBJECT,
  PROVISION_BEGIN_SUBJECT,
  PROVISION_CANCEL_SUBJECTS,
  PROVISION_REPORT_SUBJECT,
  PROVISION_WAKE_SUBJECTS,
  provisionCancelSubject,
  provisionWakeSubject,
  PUBLIC_ACCOUNT,
  PUBLIC_API,
  RECONCILE_SUBJECTS,
  RECONCILER_MEMBERS_SUBJECT,
  reconcileSubject,
  replySubject,
  replySubjectOfFrame,
  runFilter,
  RUNS_STREAM,
  RUNS_SUBJECTS,
  runsOfObjectFilter,
  runSubject,
  senderOfReply,
  SERVICES_ACCOUNT,
  SERVICES_API,
  SNAPSHOT_BUCKET,
  WORKER_SUBJECTS,
  workerSubject,
} from './subjects.js';
export type { BuildName, JobQueue, RunName, WorkspaceName } from './subjects.js';
export { UnknownSchemaError } from './upcast.js';
