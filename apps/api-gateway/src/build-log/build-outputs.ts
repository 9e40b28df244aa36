/** Reads what builds printed by direct gets, which leave nothing behind on the server. */
import { OUTPUT_STREAM, outputFilter, outputSubject } from '@holdfast/contracts';
import type { WorkspaceName } from '@holdfast/contracts';
import { readOutput } from '@holdfast/provision';
import type { OutputMessage } from '@holdfast/provision';
import { NoRespondersError, RequestError } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';

export interface PrintedMessage extends OutputMessage {
  readonly sequence: number;
  readonly build: number;
}

export interface OutputQuery extends WorkspaceName {
  /** All builds, without one. */
  readonly build: number | undefined;
  /** Only what was stored after this message. */
  readonly after: number;
}

export interface BuildOutputs {
  /** The next messages, oldest first; none when there are no more now. */
  next(query: OutputQuery): Promise<readonly PrintedMessage[]>;
  /** The newest message of a workspace of this name. */
  newest(workspace: WorkspaceName): Promise<PrintedMessage | undefined>;
}

const DIRECT_GET = `$JS.API.DIRECT.GET.${OUTPUT_STREAM}`;
const ANSWER_LIMIT_MS = 5_000;
const BATCH = 100;

export class JetStreamBuildOutputs implements BuildOutputs {
  constructor(private readonly nc: NatsConnection) {}

  next({ build, after, ...workspace }: OutputQuery): Promise<readonly PrintedMessage[]> {
    const subject = build === undefined ? outputFilter(workspace) : outputSubject(workspace, build);
    return this.get({ next_by_subj: subject, seq: after + 1, batch: BATCH });
  }

  async newest(workspace: WorkspaceName): Promise<PrintedMessage | undefined> {
    const found = await this.get({ multi_last: [outputFilter(workspace)], batch: BATCH });
    return [...found].sort((a, b) => a.sequence - b.sequence).at(-1);
  }

  private async get(question: object): Promise<readonly PrintedMessage[]> {
    const found: PrintedMessage[] = [];
    try {
      const answers = await this.nc.requestMany(DIRECT_GET, JSON.stringify(question), {
        strategy: 'sentinel',
        maxWait: ANSWER_LIMIT_MS,
        noMux: true,
      });
      // The last answer has no data: it tells how the batch ended.
      for await (const answer of answers) if (answer.data.length > 0) found.push(printed(answer));
    } catch (error) {
      // Nobody has made the stream: nothing was ever built.
      if (!isNobodyThere(error)) throw error;
    }
    return found;
  }
}

const printed = ({ headers, data }: Msg): PrintedMessage => ({
  ...readOutput(data),
  sequence: Number(headers?.get('Nats-Sequence')),
  build: Number(headers?.get('Nats-Subject').split('.').at(-1)),
});

const isNobodyThere = (error: unknown): boolean =>
  error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
