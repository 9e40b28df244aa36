/** What a service asks of the store in its own name: what it knows at first, kinds, leases. */
import { randomUUID } from 'node:crypto';

import type { Command, Request } from '@holdfast/contracts';

const DEADLINE_MS = 10_000;

export const serviceCommand = (service: string, request: Request, withinMs = DEADLINE_MS): Command => {
  const id = randomUUID();
  return {
    id,
    deadline: Date.now() + withinMs,
    actor: `system:service:${service}`,
    requestID: id,
    correlationID: id,
    fieldManager: service,
    request,
  };
};
