/** Speaks to the gateway as any client does: HTTPS, its authority, a bearer token, JSON. */
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
    const answer = parse(await response.body.text());
    if (response.statusCode < 300) return answer;
    const { reason = '', message = 'no Status in the answer' } = answer as { reason?: string; message?: string };
    throw new GatewayRefusal(`${method} ${path}`, response.statusCode, reason, message);
  }
}

const parse = (text: string): JsonObject => {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return { message: text.slice(0, 200) };
  }
};
