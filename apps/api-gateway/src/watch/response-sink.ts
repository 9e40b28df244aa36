/** A watch's way out: the chunked body of an HTTP answer. */
import type { FastifyReply } from 'fastify';
import { JSON_TYPE } from '../http/answer.js';
import type { WatchSink } from './watcher.js';

/** Takes the reply over from Fastify and sends its headers at once: clients wait for them, not for the first event. */
export const responseSink = (reply: FastifyReply, onDrain: () => void): WatchSink => {
  reply.hijack();
  const { raw } = reply;
  // Clients that list again after an error do so when the connection closes.
  raw.writeHead(200, { ...headersOf(reply), 'content-type': JSON_TYPE, connection: 'close' });
  raw.flushHeaders();
  raw.socket?.setNoDelay(true);
  raw.on('drain', onDrain);
  return {
    write: (bytes) => raw.write(bytes),
    end: () => raw.end(),
    destroy: () => raw.destroy(),
  };
};

const headersOf = (reply: FastifyReply): Record<string, string | number | string[]> =>
  Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
