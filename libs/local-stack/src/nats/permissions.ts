/**
 * What each user of NATS may do. Only the store writes the log and the public events; only the operator deletes from a
 * stream; a subscriber reads public events and nothing else; a worker takes reconcile calls and answers them. JetStream
 * is spoken to by subjects, so its permissions are subjects too.
 *
 * They do not hold for the subject to which an answer goes: whoever may ask JetStream has it publish on any subject of
 * the account. So subscribers have an account of their own, and a worker may ask nothing.
 *
 * Every user has inboxes of its own (`inboxPrefix`): with a common prefix, a subscriber could listen to what others
 * are answered.
 */
import {
  CLAIM_SUBJECT,
  EVENTS_STREAM,
  EVENTS_SUBJECTS,
  HEARTBEAT_SUBJECT,
  inboxPrefix,
  JOB_SUBJECTS,
  JOBS_STREAM,
  LOG_STREAM,
  ORCHESTRATOR_MEMBERS_SUBJECT,
  OUTPUT_STREAM,
  OUTPUT_SUBJECTS,
  PROJECTED_SUBJECT,
  PROJECTOR_NUDGE_SUBJECT,
  PROVISION_BEGIN_SUBJECT,
  PROVISION_CANCEL_SUBJECTS,
  PROVISION_REPORT_SUBJECT,
  PROVISION_WAKE_SUBJECTS,
  PUBLIC_API,
  RECONCILE_SUBJECTS,
  RECONCILER_MEMBERS_SUBJECT,
  RUNS_STREAM,
  RUNS_SUBJECTS,
  SNAPSHOT_BUCKET,
  WORKER_SUBJECTS,
  WORKERS_QUEUE,
} from '@holdfast/contracts';

export const NATS_USERS = [
  'store',
  'gateway',
  'reconciler',
  'orchestrator',
  'provisioner',
  'operator',
  'subscriber',
  'worker',
] as const;
export type NatsUser = (typeof NATS_USERS)[number];

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  /** Answers to what was received may be published for this long: one to each message. */
  readonly answersFor?: string;
}

const SNAPSHOT_STREAM = `OBJ_${SNAPSHOT_BUCKET}`;
const COMMANDS = 'hf.cmd.>';
const REPLIES = 'hf.reply.>';

const readStream = (stream: string): string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}.>`,
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`,
  `$JS.ACK.${stream}.>`,
  `$JS.FC.${stream}.>`,
];
const manageStream = (stream: string): string[] => [
  `$JS.API.STREAM.CREATE.${stream}`,
  `$JS.API.STREAM.UPDATE.${stream}`,
];
const findStreams = ['$JS.API.INFO', '$JS.API.STREAM.NAMES'];

/** What gateway, reconciler and orchestrator share: they send commands and follow the log. */
const commandSender = {
  publish: [...findStreams, ...readStream(LOG_STREAM), COMMANDS, PROJECTOR_NUDGE_SUBJECT],
  subscribe: [REPLIES, HEARTBEAT_SUBJECT, PROJECTED_SUBJECT],
};

const beyondInboxes: Readonly<Record<NatsUser, Permissions>> = {
  store: {
    publish: [
      ...findStreams,
      ...[LOG_STREAM, EVENTS_STREAM, SNAPSHOT_STREAM].flatMap((stream) => [
        ...manageStream(stream),
        ...readStream(stream),
      ]),
      // Subscribers read a mirror in their own account.
      `${PUBLIC_API}.STREAM.INFO.${EVENTS_STREAM}`,
      `${PUBLIC_API}.STREAM.CREATE.${EVENTS_STREAM}`,
      `${PUBLIC_API}.STREAM.UPDATE.${EVENTS_STREAM}`,
      'hf.log.>',
      EVENTS_SUBJECTS,
      `$O.${SNAPSHOT_BUCKET}.>`,
      // Old snapshots make room for new ones; the log itself is out of reach.
      `$JS.API.STREAM.PURGE.${SNAPSHOT_STREAM}`,
      // A standby asks the transactor, as a gateway does.
      COMMANDS,
      REPLIES,
      HEARTBEAT_SUBJECT,
      PROJECTED_SUBJECT,
      PROJECTOR_NUDGE_SUBJECT,
    ],
    subscribe: [COMMANDS, REPLIES, HEARTBEAT_SUBJECT, PROJECTED_SUBJECT, PROJECTOR_NUDGE_SUBJECT],
  },
  gateway: {
    publish: [...commandSender.publish, ...readStream(RUNS_STREAM), ...readStream(OUTPUT_STREAM), CLAIM_SUBJECT],
    subscribe: commandSender.subscribe,
  },
  reconciler: {
    publish: [
      ...commandSender.publish,
      ...manageStream(RUNS_STREAM),
      ...readStream(RUNS_STREAM),
      RUNS_SUBJECTS,
      RECONCILE_SUBJECTS,
      RECONCILER_MEMBERS_SUBJECT,
    ],
    subscribe: [...commandSender.subscribe, WORKER_SUBJECTS, RECONCILER_MEMBERS_SUBJECT],
  },
  orchestrator: {
    publish: [
      ...commandSender.publish,
      ...[JOBS_STREAM, OUTPUT_STREAM].flatMap((stream) => [...manageStream(stream), ...readStream(stream)]),
      // A job that nobody wants any more.
      `$JS.API.STREAM.PURGE.${JOBS_STREAM}`,
      JOB_SUBJECTS,
      OUTPUT_SUBJECTS,
      PROVISION_CANCEL_SUBJECTS,
      PROVISION_WAKE_SUBJECTS,
      ORCHESTRATOR_MEMBERS_SUBJECT,
    ],
    subscribe: [
      ...commandSender.subscribe,
      CLAIM_SUBJECT,
      PROVISION_BEGIN_SUBJECT,
      PROVISION_REPORT_SUBJECT,
      ORCHESTRATOR_MEMBERS_SUBJECT,
    ],
    // A claim may wait for a workspace that is starting.
    answersFor: '65m',
  },
  provisioner: {
    publish: [
      // Only these two things of the stream of jobs: the next one, and what became of it.
      `$JS.API.CONSUMER.MSG.NEXT.${JOBS_STREAM}.*`,
      `$JS.ACK.${JOBS_STREAM}.>`,
      OUTPUT_SUBJECTS,
      PROVISION_BEGIN_SUBJECT,
      PROVISION_REPORT_SUBJECT,
    ],
    subscribe: [PROVISION_CANCEL_SUBJECTS, PROVISION_WAKE_SUBJECTS],
  },
  operator: {
    publish: [
      ...findStreams,
      '$JS.API.STREAM.LIST',
      ...[LOG_STREAM, EVENTS_STREAM, RUNS_STREAM, OUTPUT_STREAM, SNAPSHOT_STREAM].flatMap((stream) => [
        ...readStream(stream),
        `$JS.API.CONSUMER.NAMES.${stream}`,
        `$JS.API.CONSUMER.LIST.${stream}`,
        `$JS.API.STREAM.PURGE.${stream}`,
        `$JS.API.STREAM.MSG.DELETE.${stream}`,
      ]),
      COMMANDS,
      PROJECTOR_NUDGE_SUBJECT,
    ],
    subscribe: ['hf.>'],
  },
  subscriber: {
    publish: [...findStreams, ...readStream(EVENTS_STREAM)],
    // The usual inbox is nobody else's here, so that any client works with this credential as it comes.
    subscribe: [EVENTS_SUBJECTS, '_INBOX.>'],
  },
  worker: {
    publish: [WORKER_SUBJECTS],
    // Only in the queue group, so that no worker takes a call from another or hears it twice.
    subscribe: [`${RECONCILE_SUBJECTS} ${WORKERS_QUEUE}`],
    // Longer than the longest timeout of a Reconciler.
    answersFor: '65m',
  },
};

/** Everything this user may publish and subscribe to; nothing else is allowed. */
export const permissionsOf = (user: NatsUser): Permissions => ({
  ...beyondInboxes[user],
  subscribe: [...beyondInboxes[user].subscribe, `${inboxPrefix(user)}.>`],
});
