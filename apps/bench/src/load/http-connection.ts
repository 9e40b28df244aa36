/**
 * One keep-alive connection that speaks just enough HTTP/1.1: a load generator that takes little of the two cores that
 * it shares with what it measures. One request at a time; streams are handed out as they come.
 */
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Endpoint {
  readonly url: URL;
  /** PEM of the authority that signed the server's certificate, for https. */
  readonly authority?: string;
  readonly token?: string;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Buffer;
  readonly contentType?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: Buffer;
  /** Milliseconds from the request to the first byte of the body, and to its end. */
  readonly firstByteMs: number;
  readonly totalMs: number;
}

interface Waiting {
  readonly sentAt: number;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: Error) => void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

export class HttpConnection {
  private received: Buffer[] = [];
  private size = 0;
  private head:
    { readonly status: number; readonly length: number; readonly bodyAt: number; readonly at: number } | undefined;
  private waiting: Waiting | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly endpoint: Endpoint,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.take(data));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static async open(endpoint: Endpoint): Promise<HttpConnection> {
    const socket = await openSocket(endpoint);
    return new HttpConnection(socket, endpoint);
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      this.waiting = { sentAt: performance.now(), resolve, reject };
      this.socket.write(encodeRequest(request, this.endpoint));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(data: Buffer): void {
    this.received.push(data);
    this.size += data.length;
    this.head ??= this.readHead();
    if (this.head === undefined || this.waiting === undefined || !this.isComplete(data)) return;
    const { status, bodyAt, at } = this.head;
    const { sentAt, resolve } = this.waiting;
    const body = Buffer.concat(this.received).subarray(bodyAt);
    this.received = [];
    this.size = 0;
    this.head = undefined;
    this.waiting = undefined;
    resolve({ status, body, firstByteMs: at - sentAt, totalMs: performance.now() - sentAt });
  }

  private readHead(): HttpConnection['head'] {
    const all = this.received.length === 1 ? (this.received[0] as Buffer) : Buffer.concat(this.received);
    const end = all.indexOf(HEAD_END);
    if (end === -1) return undefined;
    const text = all.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
    return {
      status: Number(text.slice(9, 12)),
      length: length === undefined ? -1 : Number(length),
      bodyAt: end + HEAD_END.length,
      at: performance.now(),
    };
  }

  private isComplete(data: Buffer): boolean {
    const { length, bodyAt } = this.head as NonNullable<HttpConnection['head']>;
    if (length >= 0) return this.size >= bodyAt + length;
    return data.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** Opens a socket and writes a request whose answer never ends; `onData` gets the bytes, headers included. */
export const openStream = async (endpoint: Endpoint, path: string, onData: (data: Buffer) => void): Promise<Socket> => {
  const socket = await openSocket(endpoint);
  socket.on('error', () => undefined);
  const begun = new Promise<void>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', () => reject(new Error(`${path}: the stream was closed at once`)));
  });
  socket.on('data', onData);
  socket.write(encodeRequest({ method: 'GET', path }, endpoint));
  await begun;
  return socket;
};

const openSocket = async ({ url, authority }: Endpoint): Promise<Socket> => {
  const address = { host: url.hostname, port: Number(url.port) };
  const secure = url.protocol === 'https:';
  const socket = secure ? connectTls({ ...address, ca: authority, servername: 'localhost' }) : connectPlain(address);
  await new Promise<void>((resolve, reject) => {
    socket.once(secure ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  return socket;
};

const encodeRequest = ({ method, path, body, contentType }: HttpRequest, { url, token }: Endpoint): Buffer => {
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  const entity = body === undefined ? '' : `content-type: ${contentType ?? 'application/json'}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${url.host}\r\n${authorization}${entity}content-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
};
