/** The part of JetStream's JSON API that the log is made of. */
import { decodeCommit, LOG_STREAM } from '@holdfast/contracts';
import type { Commit } from '@holdfast/contracts';
import type { ConsumerConfig, StreamConfig, StreamInfo } from '@nats-io/jetstream';

import { LogUnavailableError } from './errors.js';
import type { Requests } from './requests.js';

/** JetStream's numbers for what went wrong; the texts beside them are for people. */
export const ERROR_CODE = { streamNotFound: 10059, messageNotFound: 10037 } as const;

const TIMEOUT_MS = 2_000;
/** Of 500 to 599: something that passes, a leader that is missing, say. */
const isPassing = (code: number): boolean => code >= 500;

export class JetStreamApiError extends Error {
  override readonly name = 'JetStreamApiError';

  constructor(
    operation: string,
    readonly errorCode: number,
    description: string,
  ) {
    super(`${operation}: ${description} (${errorCode})`);
  }
}

interface ApiAnswer {
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description?: string };
}

interface StoredMessage {
  readonly seq: number;
  /** Base64; missing when the message is empty. */
  readonly data?: string;
  readonly time: string;
}

export class JetStreamApi {
  constructor(
    readonly requests: Requests,
    readonly signal?: AbortSignal,
  ) {}

  /** The same, but nothing waits for an answer once the signal aborts. */
  until(signal: AbortSignal | undefined): JetStreamApi {
    return new JetStreamApi(this.requests, signal);
  }

  streamInfo(): Promise<StreamInfo> {
    return this.#call<StreamInfo>(`STREAM.INFO.${LOG_STREAM}`);
  }

  createStream(config: Partial<StreamConfig>): Promise<StreamInfo> {
    return this.#call<StreamInfo>(`STREAM.CREATE.${LOG_STREAM}`, config);
  }

  async createConsumer(config: Partial<ConsumerConfig> & { readonly name: string }): Promise<void> {
    await this.#call(`CONSUMER.CREATE.${LOG_STREAM}.${config.name}`, {
      stream_name: LOG_STREAM,
      config,
      action: 'create',
    });
  }

  /** A commit as the stream's leader has it; undefined when there is none. */
  async commit(which: { readonly seq: number } | { readonly last_by_subj: string }): Promise<Commit | undefined> {
    try {
      const { message } = await this.#call<{ message: StoredMessage }>(`STREAM.MSG.GET.${LOG_STREAM}`, which);
      return decodeCommit(Buffer.from(message.data ?? '', 'base64'), message.seq, Date.parse(message.time));
    } catch (error) {
      if (error instanceof JetStreamApiError && error.errorCode === ERROR_CODE.messageNotFound) return undefined;
      throw error;
    }
  }

  async #call<T>(operation: string, body?: unknown): Promise<T> {
    const msg = await this.requests.ask({
      subject: `$JS.API.${operation}`,
      payload: body === undefined ? '' : JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
      signal: this.signal,
    });
    const answer = msg.json<T & ApiAnswer>();
    if (answer.error === undefined) return answer;
    const { code, err_code = 0, description = '' } = answer.error;
    if (isPassing(code)) throw new LogUnavailableError(`${operation}: ${description} (${err_code})`);
    throw new JetStreamApiError(operation, err_code, description);
  }
}
