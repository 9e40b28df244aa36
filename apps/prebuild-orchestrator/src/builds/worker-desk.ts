/** Answers the workers that do builds: what they may begin, and whether what they report is taken. */
import { PROVISION_BEGIN_SUBJECT, PROVISION_REPORT_SUBJECT } from '@holdfast/contracts';
import { WORKSPACES } from '@holdfast/prebuild';
import { MessageFormatError, readBegin, readReport } from '@holdfast/provision';
import type { BeginAnswer, Job, RefusalOfBuild, ReportAnswer } from '@holdfast/provision';
import { keyOf } from '@holdfast/reconcile';
import type { Msg, Subscription } from '@nats-io/transport-node';

import type { LeaderContext } from '../leader/orchestrator-part.js';
import { applyReport, beginBuild, failBuild, noVersion } from './apply-report.js';
import type { Verdict } from './apply-report.js';
import { workOf } from './work-of.js';
import { workspaceOf } from './workspace.js';
import type { Workspace } from './workspace.js';
import type { WorkspaceWrites } from './workspace-writes.js';

/** A Workspace that others write at the same time is looked at again so often. */
const MOST_TRIES = 20;
const LOOK_AGAIN_MS = 25;

export class WorkerDesk {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly leader: LeaderContext,
    private readonly workspaces: WorkspaceWrites,
    private readonly now: () => Date,
  ) {}

  open(): void {
    const { nc } = this.leader;
    this.subscriptions.push(
      nc.subscribe(
        PROVISION_BEGIN_SUBJECT,
        this.answering((message) => this.answerBegin(message.data)),
      ),
      nc.subscribe(
        PROVISION_REPORT_SUBJECT,
        this.answering((message) => this.answerReport(message.data)),
      ),
    );
  }

  close(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private answering(answer: (message: Msg) => Promise<object | undefined>) {
    return {
      callback: (error: Error | null, message: Msg): void => {
        if (error !== null) return;
        answer(message).then(
          // Without an answer the worker asks again: here, or whoever leads then.
          (body) => body === undefined || this.leader.signal.aborted || message.respond(JSON.stringify(body)),
          (failure: unknown) => this.leader.logger.warn({ err: failure }, 'a worker could not be answered'),
        );
      },
    };
  }

  private async answerBegin(data: Uint8Array): Promise<BeginAnswer | undefined> {
    const request = parsed(() => readBegin(data));
    if ('accepted' in request) return request;
    const { job } = request;
    const settled = await this.settle(job, (workspace, now) => {
      const verdict = beginBuild(workspace, request, now);
      if (!verdict.accepted || workspace === undefined || this.workspaces.versionOf(workspace) !== undefined)
        return verdict;
      const { reason, message } = noVersion(workspace);
      const status = workspace.status.build && failBuild(workspace, workspace.status.build, { reason, message }, now);
      return {
        accepted: false,
        refusal: { accepted: false, reason: 'finished', message },
        ...(status === undefined ? {} : { status }),
      };
    });
    if (settled === undefined) return undefined;
    const { verdict, workspace } = settled;
    if (!verdict.accepted) return verdict.refusal;
    const version = workspace === undefined ? undefined : this.workspaces.versionOf(workspace);
    if (workspace === undefined || version === undefined) return undefined;
    return { accepted: true, work: workOf(workspace, job, version, this.now()) };
  }

  private async answerReport(data: Uint8Array): Promise<ReportAnswer | undefined> {
    const report = parsed(() => readReport(data));
    if ('accepted' in report && report.accepted === false) return report;
    if (!('status' in report)) return undefined;
    const settled = await this.settle(report.job, (workspace, now) => applyReport(workspace, report, now));
    if (settled === undefined) return undefined;
    return settled.verdict.accepted ? { accepted: true } : settled.verdict.refusal;
  }

  /** In the Workspace's turn: judges, writes what follows, and judges anew where somebody else wrote in between. */
  private async settle(
    job: Job,
    judge: (workspace: Workspace | undefined, now: Date) => Verdict,
  ): Promise<{ readonly verdict: Verdict; readonly workspace: Workspace | undefined } | undefined> {
    const key = keyOf(WORKSPACES, job.namespace, job.name);
    return this.workspaces.inTurn(key, async () => {
      for (let tries = 0; tries < MOST_TRIES && !this.leader.signal.aborted; tries++) {
        const state = this.leader.read.get(key);
        const workspace = state === undefined ? undefined : workspaceOf(state);
        const verdict = judge(workspace, this.now());
        if (verdict.status === undefined || state === undefined || workspace === undefined)
          return { verdict, workspace };
        const result = await this.workspaces.writeStatus(state, verdict.status, undefined);
        if (result.ok) return { verdict, workspace };
        if (result.refusal.reason !== 'Conflict' && result.refusal.reason !== 'NotFound') return undefined;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
      return undefined;
    });
  }
}

const parsed = <T>(read: () => T): T | RefusalOfBuild => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MessageFormatError)) throw error;
    return { accepted: false, reason: 'malformed', message: error.message };
  }
};
