/** Asks the leading orchestrator, again until it answers: while there is none, a build simply waits. */
import { setTimeout as delay } from 'node:timers/promises';

import { PROVISION_BEGIN_SUBJECT, PROVISION_REPORT_SUBJECT } from '@holdfast/contracts';
import type { Logger } from '@holdfast/nest-platform';
import { readBeginAnswer, readReportAnswer } from '@holdfast/provision';
import type { BeginAnswer, BeginRequest, BuildReport, ReportAnswer } from '@holdfast/provision';
import type { NatsConnection } from '@nats-io/transport-node';

const ANSWER_LIMIT_MS = 5_000;
const AGAIN_MS = 250;

export class Orchestrator {
  constructor(
    private readonly nc: NatsConnection,
    private readonly logger: Logger,
  ) {}

  begin(request: BeginRequest, signal: AbortSignal): Promise<BeginAnswer> {
    return this.untilAnswered(() => this.ask(PROVISION_BEGIN_SUBJECT, request, readBeginAnswer), signal);
  }

  report(report: BuildReport, signal: AbortSignal): Promise<ReportAnswer> {
    return this.untilAnswered(() => this.tryReport(report), signal);
  }

  /** Asks once; rejects when nobody answers. */
  tryReport(report: BuildReport): Promise<ReportAnswer> {
    return this.ask(PROVISION_REPORT_SUBJECT, report, readReportAnswer);
  }

  private async ask<T>(subject: string, request: object, read: (data: Uint8Array) => T): Promise<T> {
    const answer = await this.nc.request(subject, JSON.stringify(request), { timeout: ANSWER_LIMIT_MS });
    return read(answer.data);
  }

  private async untilAnswered<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let tries = 1; ; tries++) {
      signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        if (tries % 40 === 1) this.logger.info({ err: error, tries }, 'no orchestrator answers yet');
      }
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
