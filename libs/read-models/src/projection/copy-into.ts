import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Sends one binary COPY; `target` is a table with its columns. */
export const copyInto = async (client: ClientBase, target: string, rows: Buffer): Promise<void> => {
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN (FORMAT binary)`));
  stream.end(rows);
  await finished(stream);
};
