/** Streams that a server kept before it had accounts stay with the services. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { SERVICES_ACCOUNT } from '@holdfast/contracts';

import { exists } from '../cache.js';

/** The account of everybody on a server without accounts. */
const GLOBAL_ACCOUNT = '$G';

/** To be called while the server is down; does nothing where the account has streams already. */
export const adoptStreams = async (storeFolder: string): Promise<void> => {
  const before = join(storeFolder, 'jetstream', GLOBAL_ACCOUNT);
  const now = join(storeFolder, 'jetstream', SERVICES_ACCOUNT);
  if ((await exists(before)) && !(await exists(now))) await rename(before, now);
};
