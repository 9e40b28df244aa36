/**
 * The service's own port for operators: `/livez`, `/readyz`, `/healthz`, `/healthz/<dependency>` and `/metrics`, plain
 * HTTP, loopback by default.
 */
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Registry } from 'prom-client';

import type { HealthRegistry } from './health.js';

export interface AdminServerOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
}

const ONE_CHECK = '/healthz/';

export class AdminServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async listen(options: AdminServerOptions): Promise<AdminServer> {
    const server = createServer((request, response) => {
      void respond(request.url ?? '/', response, options);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, resolve);
    });
    const { port } = server.address() as AddressInfo;
    return new AdminServer(server, `http://${options.host}:${port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const respond = async (url: string, response: ServerResponse, options: AdminServerOptions): Promise<void> => {
  const [path = ''] = url.split('?');
  switch (path) {
    case '/livez':
      send(response, 200, 'text/plain', 'ok');
      return;
    case '/readyz':
    case '/healthz': {
      const report = options.health.report();
      send(response, report.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(report));
      return;
    }
    case '/metrics':
      send(response, 200, options.metrics.contentType, await options.metrics.metrics());
      return;
    default:
      respondOneCheck(path, response, options.health);
  }
};

const respondOneCheck = (path: string, response: ServerResponse, health: HealthRegistry): void => {
  const state = path.startsWith(ONE_CHECK) ? health.stateOf(path.slice(ONE_CHECK.length)) : undefined;
  if (state === undefined)
    send(response, 404, 'text/plain', 'one of /livez, /readyz, /healthz, /healthz/<dependency>, /metrics was expected');
  else send(response, state.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(state));
};

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  response.writeHead(status, { 'content-type': type }).end(body);
};
