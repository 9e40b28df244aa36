/** A client that knows nothing but the address, the authority and a token: HTTPS in, JSON out. */
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';

import type { JsonObject, JsonValue } from '@holdfast/kernel';

export interface Access {
  readonly gateway: string;
  readonly authorityPem: string;
  readonly token: string;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

export interface KubeList {
  readonly kind: string;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly KubeObject[];
}

export interface Answer<T> {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: T;
}

export interface Sent {
  /** An object is sent as JSON, text and bytes as they are. */
  readonly body?: object | string | Buffer;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the administrator's; null sends none. */
  readonly token?: string | null;
  readonly timeoutMs?: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

/** What was answered instead of what the test needs. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(
    call: string,
    readonly code: number,
    readonly body: unknown,
  ) {
    super(`${call} answered ${code}: ${JSON.stringify(body).slice(0, 500)}`);
  }
}

export class GatewayClient {
  private readonly agent: Agent;

  constructor(private readonly access: Access) {
    this.agent = new Agent({ connect: { ca: access.authorityPem } });
  }

  /** Any answer, also a refusal; rejects only when there is none. */
  async send<T = JsonObject>(method: string, path: string, sent: Sent = {}): Promise<Answer<T>> {
    const response = await this.open(method, path, sent);
    const text = await response.body.text();
    return { code: response.statusCode, headers: response.headers, body: parsed(text) as T };
  }

  get = (path: string): Promise<KubeObject> => this.ok('GET', path);
  list = (path: string): Promise<KubeList> => this.ok('GET', path);
  create = (path: string, body: object): Promise<KubeObject> => this.ok('POST', path, { body });
  replace = (path: string, body: object): Promise<KubeObject> => this.ok('PUT', path, { body });
  delete = (path: string, body?: object): Promise<{ readonly metadata: Partial<KubeObject['metadata']> }> =>
    this.ok('DELETE', path, body === undefined ? {} : { body });
  mergePatch = (path: string, body: object): Promise<KubeObject> =>
    this.ok('PATCH', path, { body, type: 'application/merge-patch+json' });

  /** The events of one watch, until the server or the signal ends it. */
  async *watch(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
    const search = new URLSearchParams({ watch: 'true', ...query });
    const response = await this.open('GET', `${path}?${search.toString()}`, { signal });
    if (response.statusCode !== 200)
      throw new UnexpectedAnswer(`watch ${path}`, response.statusCode, await response.body.text());
    let rest = '';
    response.body.setEncoding('utf8');
    for await (const part of response.body) {
      const lines = (rest + part).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as WatchEvent;
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async ok<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    const { code, body } = await this.send<T>(method, path, sent);
    if (code >= 300) throw new UnexpectedAnswer(`${method} ${path}`, code, body);
    return body;
  }

  private open(
    method: string,
    path: string,
    { body, type, headers, token, timeoutMs, signal }: Sent & { readonly signal?: AbortSignal },
  ): Promise<Dispatcher.ResponseData> {
    const bearer = token === undefined ? this.access.token : token;
    const given = typeof body === 'string' || Buffer.isBuffer(body) ? body : undefined;
    return request(`${this.access.gateway}${path}`, {
      dispatcher: this.agent,
      method,
      headers: {
        accept: 'application/json',
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
        ...headers,
      },
      body: given ?? (body === undefined ? null : JSON.stringify(body)),
      bodyTimeout: 0,
      signal: signal ?? AbortSignal.timeout(timeoutMs ?? 30_000),
    });
  }
}

const parsed = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
};
