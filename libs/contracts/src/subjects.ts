/**
 * Every NATS name of Holdfast is built and parsed here.
 *
 * In a token of a public subject `a-z 0-9 -` stand for themselves, `.` becomes `_`, every other byte of the
 * UTF-8 form becomes `=` and two upper-case hex digits; the core group is `core`, a cluster-scoped object's
 * namespace is `_`.
 */
import type { ObjectKey } from './object-key.js';

export const LOG_STREAM = 'HOLDFAST_LOG';
export const LOG_SUBJECT = 'hf.log.commit';
export const EVENTS_STREAM = 'HOLDFAST_EVENTS';
export const EVENTS_SUBJECTS = 'hf.evt.>';
/** The account of Holdfast's own services, and the one in which subscribers read a mirror of the public events. */
export const SERVICES_ACCOUNT = 'HOLDFAST';
export const PUBLIC_ACCOUNT = 'PUBLIC';
/** How each of the two accounts reaches the few requests to JetStream that the other exports. */
export const SERVICES_API = 'JS.HOLDFAST.API';
export const PUBLIC_API = 'JS.PUBLIC.API';
/** Under this prefix the mirror is sent its copies. */
export const MIRROR_PREFIX = 'hf.mirror';
export const RUNS_STREAM = 'HOLDFAST_RUNS';
export const RUNS_SUBJECTS = 'hf.run.>';
export const SNAPSHOT_BUCKET = 'HOLDFAST_SNAPSHOTS';
export const HEARTBEAT_SUBJECT = 'hf.store.heartbeat';
export const PROJECTED_SUBJECT = 'hf.projected';
export const PROJECTOR_NUDGE_SUBJECT = 'hf.projector.nudge';
export const RECONCILER_MEMBERS_SUBJECT = 'hf.member.reconciler';
export const ORCHESTRATOR_MEMBERS_SUBJECT = 'hf.member.prebuild-orchestrator';

/** Jobs of provisioners, each once until it is acknowledged. */
export const JOBS_STREAM = 'HOLDFAST_JOBS';
export const JOB_SUBJECTS = 'hf.job.provision.>';
/** What builds print. */
export const OUTPUT_STREAM = 'HOLDFAST_OUTPUT';
export const OUTPUT_SUBJECTS = 'hf.out.>';
/** What provisioners ask the leading orchestrator. */
export const PROVISION_BEGIN_SUBJECT = 'hf.provision.begin';
export const PROVISION_REPORT_SUBJECT = 'hf.provision.report';
export const PROVISION_CANCEL_SUBJECTS = 'hf.provision.cancel.>';
export const PROVISION_WAKE_SUBJECTS = 'hf.provision.wake.*';

/** Where the orchestrator that leads takes claims. */
export const CLAIM_SUBJECT = 'hf.claim';

export const RECONCILE_SUBJECTS = 'hf.reconcile.>';
export const WORKER_SUBJECTS = 'hf.worker.*';

const CORE_GROUP = 'core';
const NO_NAMESPACE = '_';

/** One token of a public subject. */
export const encodeToken = (text: string): string => {
  if (/^[a-z0-9-]+$/.test(text)) return text;
  let token = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const char = String.fromCharCode(byte);
    if (/[a-z0-9-]/.test(char)) token += char;
    else if (char === '.') token += '_';
    else token += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return token;
};

/** Reads what `encodeToken` wrote. */
export const decodeToken = (token: string): string => {
  const bytes: number[] = [];
  for (let i = 0; i < token.length; i++) {
    const char = token[i] as string;
    if (char === '=') {
      bytes.push(Number.parseInt(token.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(char === '_' ? 0x2e : char.charCodeAt(0));
    }
  }
  return Buffer.from(bytes).toString('utf8');
};

/** The four tokens that name an object: `<group>.<resource>.<namespace>.<name>`. */
const objectTokens = (key: ObjectKey): string => {
  const group = key.group === '' ? CORE_GROUP : encodeToken(key.group);
  const namespace = key.namespace === '' ? NO_NAMESPACE : encodeToken(key.namespace);
  return `${group}.${encodeToken(key.resource)}.${namespace}.${encodeToken(key.name)}`;
};

/** Reads what `objectTokens` wrote; undefined for anything that it never writes. */
const parseObjectTokens = (tokens: readonly string[]): ObjectKey | undefined => {
  const [group, resource, namespace, name, ...rest] = tokens;
  if (!group || !resource || !namespace || !name || rest.length > 0) return undefined;
  const key = {
    group: group === CORE_GROUP ? '' : decodeToken(group),
    resource: decodeToken(resource),
    namespace: namespace === NO_NAMESPACE ? '' : decodeToken(namespace),
    name: decodeToken(name),
  };
  return objectTokens(key) === tokens.join('.') ? key : undefined;
};

/** `hf.evt.<group>.<resource>.<namespace>.<name>`: the subject of one object's public events. */
export const eventSubject = (key: ObjectKey): string => `hf.evt.${objectTokens(key)}`;

/** The object that an event subject speaks of; undefined when the subject is not one of ours. */
export const parseEventSubject = (subject: string): ObjectKey | undefined => {
  const [hf, evt, ...tokens] = subject.split('.');
  return hf === 'hf' && evt === 'evt' ? parseObjectTokens(tokens) : undefined;
};

/** A run of a controller, and the object that it was about. */
export interface RunName {
  readonly controller: string;
  readonly id: string;
  readonly key: ObjectKey;
}

/**
 * `hf.run.<controller>.<run id>.<group>.<resource>.<namespace>.<name>`: the subject of one run's record. The id stands
 * before the object, so that the server finds a run by its id without a look at any other.
 */
export const runSubject = ({ controller, id, key }: RunName): string =>
  `hf.run.${encodeToken(controller)}.${encodeToken(id)}.${objectTokens(key)}`;

/** The run that a subject speaks of; undefined when the subject is not one of ours. */
export const parseRunSubject = (subject: string): RunName | undefined => {
  const [hf, run, controller, id, ...tokens] = subject.split('.');
  const key = parseObjectTokens(tokens);
  if (hf !== 'hf' || run !== 'run' || !controller || !id || key === undefined) return undefined;
  const name = { controller: decodeToken(controller), id: decodeToken(id), key };
  return runSubject(name) === subject ? name : undefined;
};

/** Matches the record of one run, whatever object it was about. */
export const runFilter = ({ controller, id }: Omit<RunName, 'key'>): string =>
  `hf.run.${encodeToken(controller)}.${encodeToken(id)}.>`;

/** Matches the records of all runs about one object. */
export const runsOfObjectFilter = (key: ObjectKey): string => `hf.run.*.*.${objectTokens(key)}`;

/** Where the transactor of one epoch takes commands. No queue group: exactly one process listens. */
export const commandSubject = (instance: string, epoch: number): string => `hf.cmd.${encodeToken(instance)}.${epoch}`;

/** Where a sender of commands gets its replies; it listens to all of it. */
export const replySubject = (sender: string): string => `hf.reply.${encodeToken(sender)}.*`;

/** The reply-to of one frame of commands: who does not reach anybody learns which frame it was. */
export const replySubjectOfFrame = (sender: string, frame: number): string =>
  `hf.reply.${encodeToken(sender)}.${frame}`;

/** What all reply-tos of one sender share: answers to several of its frames may go together, to any of them. */
export const senderOfReply = (replyTo: string): string => replyTo.slice(0, replyTo.lastIndexOf('.'));

/** Under which prefix a NATS user's client has its inboxes: its own, so that nobody else may listen to its answers. */
export const inboxPrefix = (user: string): string => `_INBOX_${encodeToken(user)}`;

/** `hf.reconcile.<controller>`: where the workers of a Reconciler are called. */
export const reconcileSubject = (controller: string): string => `hf.reconcile.${encodeToken(controller)}`;

/** `hf.worker.<controller>`: where a worker tells that it has come, so that nobody who waits for one waits longer. */
export const workerSubject = (controller: string): string => `hf.worker.${encodeToken(controller)}`;

/** The controller whose worker has come. */
export const parseWorkerSubject = (subject: string): string => decodeToken(subject.slice('hf.worker.'.length));

/** People's jobs are taken before those of pools. */
export type JobQueue = 'people' | 'pool';

/** One build of one workspace. */
export interface BuildName {
  /** Of the workspace. */
  readonly uid: string;
  readonly build: number;
}

/**
 * `hf.job.provision.<provisioner>.<queue>.<uid>.<build>`: a subject for each job, of which the stream keeps one message,
 * so that a job that is sent again while it waits is there once.
 */
export const jobSubject = (provisioner: string, queue: JobQueue, { uid, build }: BuildName): string =>
  `hf.job.provision.${encodeToken(provisioner)}.${queue}.${encodeToken(uid)}.${build}`;

/** What the durable consumer of one queue is given. */
export const jobFilter = (provisioner: string, queue: JobQueue): string =>
  `hf.job.provision.${encodeToken(provisioner)}.${queue}.>`;

/** The durable consumer of one queue; its workers share it. */
export const jobConsumer = (provisioner: string, queue: JobQueue): string =>
  `provision-${encodeToken(provisioner)}-${queue}`;

/** `hf.provision.wake.<provisioner>`: tells idle workers that there are jobs. */
export const provisionWakeSubject = (provisioner: string): string => `hf.provision.wake.${encodeToken(provisioner)}`;

/** `hf.provision.cancel.<uid>.<build>`: tells whoever works on this build that nobody wants it any more. */
export const provisionCancelSubject = ({ uid, build }: BuildName): string =>
  `hf.provision.cancel.${encodeToken(uid)}.${build}`;

/** Reads what `provisionCancelSubject` wrote. */
export const parseProvisionCancelSubject = (subject: string): BuildName => {
  const [uid = '', build = ''] = subject.slice('hf.provision.cancel.'.length).split('.');
  return { uid: decodeToken(uid), build: Number(build) };
};

/** A workspace by name, as those who read its output know it. */
export interface WorkspaceName {
  readonly namespace: string;
  readonly workspace: string;
}

/** `hf.out.<namespace>.<workspace>.<build>`: what one build printed. */
export const outputSubject = ({ namespace, workspace }: WorkspaceName, build: number): string =>
  `hf.out.${encodeToken(namespace)}.${encodeToken(workspace)}.${build}`;

/** Matches what all builds of one workspace printed. */
export const outputFilter = ({ namespace, workspace }: WorkspaceName): string =>
  `hf.out.${encodeToken(namespace)}.${encodeToken(workspace)}.*`;
