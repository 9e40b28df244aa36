import { decodeCommit } from '@holdfast/contracts';
import { testCommit } from '@holdfast/testing';

import type { PublishedEvent } from './publish-burst.js';

/** So many events of one commit. */
export const testEvents = (count: number): PublishedEvent[] => {
  const names = Array.from({ length: count }, (_, i) => `web-${i}`);
  const commit = decodeCommit(testCommit('commit', names).data, 1, 0);
  return commit.events.map((event) => ({ event, commit }));
};
