/** How Fastify is set up, so that nothing it answers by itself is anything but a Status. */
import type { FastifyServerOptions } from 'fastify';
import type { Socket } from 'node:net';

import { MAX_BODY_BYTES } from './decode-body.js';
import { answerRefusal } from './wire.js';
import { badRequest, statusOf } from './status-error.js';

/** Longer than Go's and Node's clients keep an idle connection, so that they, not we, close it. */
const KEEP_ALIVE_MS = 120_000;
/** Names have up to 253 characters, and escapes triple them; Node limits the whole of the headers to 16 KiB. */
const MAX_PARAM_LENGTH = 16 * 1024;

export const fastifyOptions = () =>
  ({
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Requests that are under way when the service stops are answered; connections without one are closed at once.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: false },
    frameworkErrors: (error, _request, reply) => {
      answerRefusal(badRequest(`the URL cannot be read: ${error.message}`).refusal, reply);
    },
    clientErrorHandler: answerUnreadable,
  }) satisfies FastifyServerOptions;

/** A request that is no HTTP gets its Status as well, written by hand since there is no response to write it with. */
function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusOf(badRequest(`the request cannot be read: ${error.code ?? 'not HTTP'}`).refusal);
  const body = JSON.stringify(status);
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
