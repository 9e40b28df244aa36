/** What the gateway is worth nothing without, beside NATS: each is red while it is away, and no other is. */
import { randomUUID } from 'node:crypto';
import type { CommandSender } from '@holdfast/command-client';
import type { Server } from 'node:https';
import { NO_BODY } from '@holdfast/contracts';
import type { HealthRegistry } from '@holdfast/nest-platform';
import type { Pool } from 'pg';

import type { KindRegistry } from '../kinds/kind-registry.js';

const ASK_LIMIT_MS = 2_000;

export interface Dependencies {
  readonly health: HealthRegistry;
  readonly pool: Pool;
  readonly commands: CommandSender;
  readonly registry: KindRegistry;
  readonly server: Server;
}

export const watchDependencies = ({ health, pool, commands, registry, server }: Dependencies): void => {
  health.add('https', async () => {
    if (!server.listening) throw new Error('the port is not open');
  });
  health.add('postgres', async () => {
    await pool.query('select 1');
  });
  health.add('transactor', () => look(commands));
  health.add('kinds', async () => {
    if (!registry.loaded) throw new Error('the kinds of the log are not known yet');
  });
};

const look = async (commands: CommandSender): Promise<void> => {
  const id = randomUUID();
  const { reply } = await commands.send(
    {
      id,
      deadline: Date.now() + ASK_LIMIT_MS,
      actor: 'system:holdfast:api-gateway',
      requestID: id,
      correlationID: id,
      request: { verb: 'look' },
    },
    NO_BODY,
  );
  if (reply.status === 'refused') throw new Error(reply.refusal.message);
};
