/** A document that stays the same until its source changes: its bytes, and the tag by which clients ask for changes. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';

export interface Document {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly type: string;
}

export const documentOf = (value: unknown, type: string): Document => {
  const bytes = Buffer.from(JSON.stringify(value));
  const etag = `"${createHash('sha256').update(bytes).digest('hex').toUpperCase()}"`;
  return { bytes, etag, type };
};

/** Sends the document, or 304 when the client has it already. */
export const sendDocument = (document: Document, headers: IncomingHttpHeaders, reply: FastifyReply): void => {
  reply.header('etag', document.etag).header('vary', 'Accept');
  const known = headers['if-none-match'];
  if (known !== undefined && (known === '*' || known.split(',').some((tag) => tag.trim() === document.etag))) {
    void reply.code(304).send();
    return;
  }
  void reply.code(200).header('content-type', document.type).send(document.bytes);
};
