/** How answers leave: JSON bytes, with warnings as headers. */
import type { FastifyReply } from 'fastify';

export const JSON_TYPE = 'application/json';

/** Sends JSON that is already bytes. */
export const sendBytes = (reply: FastifyReply, code: number, bytes: Buffer): void => {
  void reply.code(code).header('content-type', JSON_TYPE).send(bytes);
};

export const sendJson = (reply: FastifyReply, code: number, value: unknown): void =>
  sendBytes(reply, code, Buffer.from(JSON.stringify(value)));

/** One `Warning` header each, as kubectl prints them. */
export const addWarnings = (reply: FastifyReply, warnings: readonly string[] | undefined): void => {
  if (warnings === undefined || warnings.length === 0) return;
  const before = reply.getHeader('warning');
  const present = before === undefined ? [] : Array.isArray(before) ? before : [String(before)];
  void reply.header('warning', [...present, ...warnings.map(warningHeader)]);
};

const warningHeader = (text: string): string => {
  const oneLine = text.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/["\\]/g, '\\$&');
  // Headers travel as Latin-1; clients read UTF-8 out of them.
  return `299 - "${Buffer.from(oneLine, 'utf8').toString('latin1')}"`;
};
