/** The namespace that is there from the first start. */
import { randomUUID } from 'node:crypto';

import type { Answer } from '@holdfast/command-client';
import type { Command } from '@holdfast/contracts';
import type { ResourceState } from '@holdfast/resource';

const DEFAULT_NAMESPACE = { group: '', resource: 'namespaces', namespace: '', name: 'default' } as const;
const DEADLINE_MS = 30_000;

type Handle = (command: Command, body: Buffer) => Promise<Answer | undefined>;

/** Creates it through the ordinary path, unless it is there. */
export const createDefaultNamespace = async (state: ResourceState, handle: Handle, now: number): Promise<void> => {
  if (state.get(DEFAULT_NAMESPACE) !== undefined) return;
  const id = randomUUID();
  const command: Command = {
    id,
    deadline: now + DEADLINE_MS,
    actor: 'system:holdfast',
    requestID: id,
    correlationID: id,
    request: { verb: 'create', target: { ...DEFAULT_NAMESPACE, version: 'v1', name: '' } },
  };
  const { name } = DEFAULT_NAMESPACE;
  await handle(command, Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
};
