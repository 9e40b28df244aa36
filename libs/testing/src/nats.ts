/** A real nats-server for one spec file. */
import { NATS_USERS, startNatsServer } from '@holdfast/local-stack';
import type { NatsServer, NatsUser } from '@holdfast/local-stack';

import { temporaryFolder } from './temporary-folder.js';

export interface TestNats extends NatsServer {
  /** Stops the server and removes its data. */
  close(): Promise<void>;
}

export interface TestNatsOptions {
  /** With the product's users and permissions; then `url(user)` carries their credentials. */
  readonly secure?: boolean;
  readonly extraConfig?: string;
  /** The server's program, where it is not simply the one that is found. */
  readonly program?: string;
}

/** Starts a server on free ports, with JetStream and `sync_interval: always`; by default anybody may do anything. */
export const startNats = async ({ secure = false, extraConfig, program }: TestNatsOptions = {}): Promise<TestNats> => {
  const folder = await temporaryFolder('nats');
  const server = await startNatsServer({
    dir: folder.path,
    ...(secure ? { passwords: testPasswords() } : {}),
    ...(extraConfig === undefined ? {} : { extraConfig }),
    ...(program === undefined ? {} : { program }),
  });
  const close = async (): Promise<void> => {
    await server.stop();
    await folder.remove();
  };
  return Object.assign(server, { close });
};

export const testPasswords = (): Record<NatsUser, string> =>
  Object.fromEntries(NATS_USERS.map((user) => [user, `${user}-password`])) as Record<NatsUser, string>;
