/** How people and their programs reach the NATS server of a running stack. */
import type { NatsUser } from '../nats/permissions.js';
import { ensureSecrets } from './secrets.js';
import { readStackFile } from './stack-file.js';

/** With the user's credentials; the URL as it was given where the server is somebody else's; undefined when no stack runs. */
export const readNatsUrl = async (dir: string, user: NatsUser): Promise<string | undefined> => {
  const stack = await readStackFile(dir);
  if (stack === undefined) return undefined;
  if (stack.processes.every(({ name }) => name !== 'nats-server')) return stack.nats;
  const { natsPasswords } = await ensureSecrets(dir);
  const { host } = new URL(stack.nats);
  return `nats://${user}:${natsPasswords[user]}@${host}`;
};
