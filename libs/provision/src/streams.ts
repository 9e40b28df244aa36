/** The streams of jobs and of output, as whoever leads the orchestrators makes them. */
import { jobConsumer, jobFilter, JOB_SUBJECTS, JOBS_STREAM, OUTPUT_STREAM, OUTPUT_SUBJECTS } from '@holdfast/contracts';
import type { JobQueue } from '@holdfast/contracts';

const NANOS_PER_SECOND = 1_000_000_000;
const WEEK_SECONDS = 7 * 24 * 60 * 60;
/** Without a word from its worker for so long, a job goes to another. */
const ACK_WAIT_SECONDS = 30;
const OUTPUT_BYTES = 1024 * 1024 * 1024;
const MESSAGES_PER_BUILD = 10_000;

export const jobsStream = (replicas: 1 | 3) =>
  ({
    name: JOBS_STREAM,
    description: 'Jobs of provisioners, one subject per build.',
    subjects: [JOB_SUBJECTS],
    storage: 'file',
    retention: 'workqueue',
    num_replicas: replicas,
    // A job that is sent again while it waits is refused, since it is there already.
    max_msgs_per_subject: 1,
    discard: 'new',
    discard_new_per_subject: true,
  }) as const;

export const jobsConsumer = (provisioner: string, queue: JobQueue) =>
  ({
    durable_name: jobConsumer(provisioner, queue),
    filter_subject: jobFilter(provisioner, queue),
    ack_policy: 'explicit',
    ack_wait: ACK_WAIT_SECONDS * NANOS_PER_SECOND,
    // Whoever begins a build too often is refused by the orchestrator, which then knows.
    max_deliver: -1,
  }) as const;

export const outputStream = (replicas: 1 | 3) =>
  ({
    name: OUTPUT_STREAM,
    description: 'What builds print, one subject per build.',
    subjects: [OUTPUT_SUBJECTS],
    storage: 'file',
    retention: 'limits',
    discard: 'old',
    num_replicas: replicas,
    allow_direct: true,
    max_age: WEEK_SECONDS * NANOS_PER_SECOND,
    max_bytes: OUTPUT_BYTES,
    max_msgs_per_subject: MESSAGES_PER_BUILD,
  }) as const;
