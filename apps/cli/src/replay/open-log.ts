/** Where log and database are, and a reader's way to them: those of the environment, else of a running stack. */
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { inboxPrefix } from '@holdfast/contracts';
import { ConfigurationError, readStackFile, wrongServers } from '@holdfast/local-stack';
import { JetStreamCommitLog } from '@holdfast/log';

export interface Stores {
  readonly log: JetStreamCommitLog;
  readonly databaseUrl: string;
}

/** Opens the log, runs `work`, and closes what was opened. */
export const withStores = async <T>(dir: string, work: (stores: Stores) => Promise<T>): Promise<T> => {
  const { nats, databaseUrl, replicas } = await locate(dir);
  const nc = await connectTo(nats);
  try {
    // Whoever only reads need not know how the server syncs.
    const log = await JetStreamCommitLog.open({ nc, replicas, create: false, sync: { trust: true }, waitMs: 5_000 });
    try {
      return await work({ log, databaseUrl });
    } finally {
      log.close();
    }
  } finally {
    await nc.close();
  }
};

const locate = async (dir: string): Promise<{ nats: string; databaseUrl: string; replicas: 1 | 3 }> => {
  const problems = await wrongServers(process.env);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const given = (name: string): string | undefined => process.env[name] || undefined;
  const stack = await readStackFile(dir);
  const [nats, databaseUrl] = [
    given('HOLDFAST_NATS_URL') ?? stack?.nats,
    given('HOLDFAST_DATABASE_URL') ?? stack?.database,
  ];
  if (nats === undefined || databaseUrl === undefined) {
    const missing = [
      ...(nats === undefined ? ['HOLDFAST_NATS_URL'] : []),
      ...(databaseUrl === undefined ? ['HOLDFAST_DATABASE_URL'] : []),
    ];
    throw new ConfigurationError(missing.map((name) => `${name} is not set, and no stack is running on ${dir}`));
  }
  return { nats, databaseUrl, replicas: given('HOLDFAST_LOG_REPLICAS') === '3' ? 3 : 1 };
};

const connectTo = async (text: string): Promise<NatsConnection> => {
  const { host, username, password } = new URL(text);
  const user = decodeURIComponent(username);
  const credentials = user === '' ? {} : { user, pass: decodeURIComponent(password), inboxPrefix: inboxPrefix(user) };
  try {
    return await connect({ servers: host, name: 'holdfast-cli', timeout: 5_000, ...credentials });
  } catch (error) {
    throw new Error(`NATS at ${host} cannot be reached: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};
