/** Health and metrics on the wire itself, for clients that know no other port; `?verbose` names every check. */
import type { HealthRegistry, HealthReport } from '@holdfast/nest-platform';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';

import { parseQueryString } from '../http/query-string.js';
import type { PlainRoute } from '../http/wire.js';

export interface HealthRouteOptions {
  readonly health: HealthRegistry;
  readonly metrics: Registry;
}

export const healthRoutes = ({ health, metrics }: HealthRouteOptions): PlainRoute[] => [
  { method: 'GET', path: '/livez', open: true, handler: (_request, reply) => sendText(reply, 200, 'ok') },
  ...['/readyz', '/healthz'].map((path): PlainRoute => ({
    method: 'GET',
    path,
    open: true,
    handler: ({ url }, reply) => {
      const report = health.report();
      if (report.status === 'error') sendText(reply, 503, describe(report, path));
      else sendText(reply, 200, parseQueryString(url).has('verbose') ? describe(report, path) : 'ok');
    },
  })),
  {
    method: 'GET',
    path: '/metrics',
    handler: async (_request, reply) => {
      void reply.header('content-type', metrics.contentType).send(await metrics.metrics());
    },
  },
];

const sendText = (reply: FastifyReply, code: number, text: string): void => {
  void reply
    .code(code)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .send(text);
};

/** What is wrong is not told to everybody: the reasons stand on the service's own port and in its log. */
const describe = (report: HealthReport, path: string): string => {
  const lines = Object.entries(report.checks).map(([name, { status }]) =>
    status === 'ok' ? `[+]${name} ok` : `[-]${name} failed: reason withheld`,
  );
  return [...lines, `${path.slice(1)} check ${report.status === 'ok' ? 'passed' : 'failed'}`, ''].join('\n');
};
