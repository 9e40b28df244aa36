/** Speaks to the gateway as any client does: HTTPS, its authority, a bearer token, JSON. */
import { StringDecoder } from 'node:string_decoder';

import { Agent, request } from 'undici';

export interface GatewayAccess {
  readonly gateway: string;
  readonly authorityPem: string;
  readonly token: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** The gateway refused; `code` and `reason` are those of its Status. */
export class GatewayRefusal extends Error {
  override readonly name = 'GatewayRefusal';

  constructor(
    readonly call: string,
    readonly code: number,
    readonly reason: string,
    /** What the gateway said. */
    readonly reasonText: string,
  ) {
    super(`${call} was refused with ${code}: ${reasonText}`);
  }
}

interface Sent {
  readonly body?: JsonObject;
  readonly type?: string;
  readonly accept?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export class GatewayClient {
  private readonly agent: Agent;

  constructor(private readonly access: GatewayAccess) {
    this.agent = new Agent({ connect: { ca: access.authorityPem } });
  }

  /** `accept` asks for another form of the answer than plain JSON. */
  get = (path: string, accept?: string): Promise<JsonObject> => this.call('GET', path, { accept });
  create = (path: string, body: JsonObject, headers: Readonly<Record<string, string>> = {}): Promise<JsonObject> =>
    this.call('POST', path, { body, type: 'application/json', headers });
  mergePatch = (path: string, body: JsonObject): Promise<JsonObject> =>
    this.call('PATCH', path, { body, type: 'application/merge-patch+json' });

  delete = (path: string, body: JsonObject): Promise<JsonObject> =>
    this.call('DELETE', path, { body, type: 'application/json' });

  /** The answer as text, piece by piece as it comes. */
  async *text(path: string): AsyncGenerator<string> {
    const response = await request(`${this.access.gateway}${path}`, {
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.access.token}` },
      // Between two lines of a build there may be hours.
      bodyTimeout: 0,
    });
    if (response.statusCode >= 300) throw refusalOf(`GET ${path}`, response.statusCode, await response.body.text());
    const decoder = new StringDecoder();
    for await (const piece of response.body) yield decoder.write(piece as Buffer);
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, sent: Sent): Promise<JsonObject> {
    const { body, type, accept = 'application/json', headers } = sent;
    const response = await request(`${this.access.gateway}${path}`, {
      dispatcher: this.agent,
      method,
      headers: {
        authorization: `Bearer ${this.access.token}`,
        accept,
        ...(type === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.body.text();
    if (response.statusCode < 300) return parse(text);
    throw refusalOf(`${method} ${path}`, response.statusCode, text);
  }
}

const refusalOf = (call: string, code: number, text: string): GatewayRefusal => {
  const { reason = '', message = 'no Status in the answer' } = parse(text) as { reason?: string; message?: string };
  return new GatewayRefusal(call, code, reason, message);
};

const parse = (text: string): JsonObject => {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return { message: text.slice(0, 200) };
  }
};
