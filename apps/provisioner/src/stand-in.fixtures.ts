/** A small orchestrator of a test's own: it queues builds, answers workers, and remembers what it was told. */
import {
  AckPolicy,
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import {
  jobSubject,
  OUTPUT_STREAM,
  outputSubject,
  PROVISION_BEGIN_SUBJECT,
  PROVISION_REPORT_SUBJECT,
  provisionCancelSubject,
  provisionWakeSubject,
} from '@holdfast/contracts';
import type { JobQueue } from '@holdfast/contracts';
import { natsConnectionOptions } from '@holdfast/nest-platform';
import { jobsConsumer, jobsStream, outputStream, readBegin, readOutput, readReport } from '@holdfast/provision';
import type { BeginAnswer, BuildReport, OutputMessage, RefusalOfBuild, ReportAnswer, Work } from '@holdfast/provision';
import { eventually } from '@holdfast/testing';

export const EXEC = 'exec';

const TIMEOUTS: Work['timeouts'] = {
  createSeconds: 20,
  readySeconds: 10,
  claimSeconds: 10,
  stopSeconds: 10,
  deleteSeconds: 10,
};

export type WorkParts = Partial<Omit<Work, 'job' | 'timeouts' | 'provisioner'>> & {
  readonly exec?: Work['provisioner']['exec'];
  readonly timeouts?: Partial<Work['timeouts']>;
};

/** A build of a workspace, with everything that a worker is told. */
export const workOf = (
  uid: string,
  build: number,
  transition: Work['job']['transition'],
  { exec = {}, timeouts = {}, ...parts }: WorkParts = {},
): Work => ({
  job: { namespace: 'default', name: `ws-${uid}`, uid, build, transition },
  owner: 'prebuilds',
  workspaceName: `ws-${uid}`,
  provisioner: { name: EXEC, exec },
  parameters: {},
  endpoints: [],
  deadline: new Date(Date.now() + 60_000).toISOString(),
  ...parts,
  timeouts: { ...TIMEOUTS, ...timeouts },
});

interface Known {
  readonly work: Work;
  begun: number;
  end: BuildReport | undefined;
  refusal: RefusalOfBuild | undefined;
}

export class StandIn {
  /** In the order in which they were begun: `<uid>.<build>`. */
  readonly begun: string[] = [];
  readonly reports: BuildReport[] = [];
  private readonly builds = new Map<string, Known>();

  private constructor(private readonly nc: NatsConnection) {}

  /** A job whose worker is silent for `ackWaitSeconds` goes to another. */
  static async start(url: string, ackWaitSeconds = 30): Promise<StandIn> {
    const nc = await connect(natsConnectionOptions(url));
    const { streams, consumers } = await jetstreamManager(nc);
    const jobs = { storage: StorageType.File, retention: RetentionPolicy.Workqueue, discard: DiscardPolicy.New };
    await streams.add({ ...jobsStream(1), subjects: [...jobsStream(1).subjects], ...jobs });
    const output = { storage: StorageType.File, retention: RetentionPolicy.Limits, discard: DiscardPolicy.Old };
    await streams.add({ ...outputStream(1), subjects: [...outputStream(1).subjects], ...output });
    for (const provisioner of [EXEC, 'container'])
      for (const queue of ['people', 'pool'] as const)
        await consumers.add(jobsStream(1).name, {
          ...jobsConsumer(provisioner, queue),
          ack_policy: AckPolicy.Explicit,
          ack_wait: ackWaitSeconds * 1_000_000_000,
        });
    const standIn = new StandIn(nc);
    nc.subscribe(PROVISION_BEGIN_SUBJECT, {
      callback: (_, message) => void message.respond(JSON.stringify(standIn.begin(message.data))),
    });
    nc.subscribe(PROVISION_REPORT_SUBJECT, {
      callback: (_, message) => void message.respond(JSON.stringify(standIn.report(message.data))),
    });
    return standIn;
  }

  /** Makes it known, and sends its job. */
  async queue(work: Work, queue: JobQueue = 'pool'): Promise<void> {
    this.builds.set(nameOf(work.job), { work, begun: 0, end: undefined, refusal: undefined });
    await jetstream(this.nc).publish(jobSubject(work.provisioner.name, queue, work.job), JSON.stringify(work.job));
  }

  wake(provisioner = EXEC): void {
    this.nc.publish(provisionWakeSubject(provisioner));
  }

  /** From now on its worker is refused. */
  refuse({ job }: Work, reason: RefusalOfBuild['reason']): void {
    const known = this.builds.get(nameOf(job));
    if (known !== undefined) known.refusal = { accepted: false, reason, message: `the test says ${reason}` };
  }

  cancel({ job }: Work): void {
    this.refuse({ job } as Work, 'cancelled');
    this.nc.publish(provisionCancelSubject(job));
  }

  /** Queues it and waits for its end. */
  async build(work: Work, queue: JobQueue = 'pool'): Promise<BuildReport> {
    await this.queue(work, queue);
    this.wake(work.provisioner.name);
    return this.end(work);
  }

  end({ job }: Work): Promise<BuildReport> {
    return eventually(() => this.builds.get(nameOf(job))?.end, { withinMs: 15_000 });
  }

  /** What was said of it, in order, but that it goes on. */
  said({ job }: Work): readonly BuildReport['status'][] {
    return this.reports
      .filter((report) => nameOf(report.job) === nameOf(job) && report.status !== 'running')
      .map(({ status }) => status);
  }

  timesBegun({ job }: Work): number {
    return this.builds.get(nameOf(job))?.begun ?? 0;
  }

  /** No job waits, and none is being worked on. */
  async isIdle(): Promise<boolean> {
    const { streams } = await jetstreamManager(this.nc, { checkAPI: false });
    return (await streams.info(jobsStream(1).name)).state.messages === 0;
  }

  /** All that the build has printed so far. */
  async output({ job }: Work): Promise<readonly OutputMessage[]> {
    const { direct } = await jetstreamManager(this.nc, { checkAPI: false });
    const subject = outputSubject({ namespace: job.namespace, workspace: job.name }, job.build);
    const messages: OutputMessage[] = [];
    for (let sequence = 1; ;) {
      const found = await direct.getMessage(OUTPUT_STREAM, { seq: sequence, next_by_subj: subject });
      if (found === null) return messages;
      messages.push(readOutput(found.data));
      sequence = found.seq + 1;
    }
  }

  async close(): Promise<void> {
    await this.nc.close();
  }

  private begin(data: Uint8Array): BeginAnswer {
    const { job } = readBegin(data);
    const known = this.builds.get(nameOf(job));
    if (known === undefined) return { accepted: false, reason: 'gone', message: 'there is no such workspace' };
    if (known.refusal !== undefined) return known.refusal;
    if (known.end !== undefined) return { accepted: false, reason: 'finished', message: 'it has ended' };
    known.begun += 1;
    this.begun.push(nameOf(job));
    return { accepted: true, work: known.work };
  }

  private report(data: Uint8Array): ReportAnswer {
    const report = readReport(data);
    this.reports.push(report);
    const known = this.builds.get(nameOf(report.job));
    if (known === undefined) return { accepted: false, reason: 'gone', message: 'there is no such workspace' };
    if (known.refusal !== undefined) return known.refusal;
    if (isEnd(report)) known.end ??= report;
    return { accepted: true };
  }
}

const isEnd = ({ status }: BuildReport): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

const nameOf = ({ uid, build }: Work['job']): string => `${uid}.${build}`;
