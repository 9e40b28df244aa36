/** `stack.json`: where a running stack is, for people and programs; it is there while the stack is. */
import { join } from 'node:path';
import { z } from 'zod';

import { readJson } from './files.js';

const stackFileSchema = z.object({
  gateway: z.string(),
  nats: z.string(),
  database: z.string(),
  processes: z.array(z.object({ name: z.string(), pid: z.number(), health: z.string() })),
});

export type StackFile = z.output<typeof stackFileSchema>;

export const stackFilePath = (dir: string): string => join(dir, 'stack.json');

/** Undefined when no stack is running there. */
export const readStackFile = async (dir: string): Promise<StackFile | undefined> => {
  const stored = await readJson(stackFilePath(dir));
  return stored === undefined ? undefined : stackFileSchema.parse(stored);
};
