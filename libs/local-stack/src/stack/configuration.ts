/** What the environment may say about a local stack: parsed once, everything wrong in one error. */
import { connect } from 'node:net';

import { freePort } from '../free-port.js';
import { findNatsServer, NatsServerNotFoundError } from '../nats/find-nats-server.js';
import { wrongServiceVariables } from './service-variables.js';

export interface StackConfiguration {
  /** A NATS server that somebody else runs; it is used and never touched. */
  readonly nats?: { readonly url: string; readonly sync: { readonly monitorUrl: string } | { readonly trust: true } };
  /** A PostgreSQL database that somebody else runs; it is used and never touched. */
  readonly databaseUrl?: string;
  /** The gateway's port; absent: the one of last time, else a free one. */
  readonly gatewayPort?: number;
}

export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly problems: readonly string[]) {
    super(['the configuration is not right:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/** Throws ConfigurationError naming every variable at fault; servers named by the environment must be listening. */
export const readStackConfiguration = async (env: NodeJS.ProcessEnv): Promise<StackConfiguration> => {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const problems = [
    ...wrongServiceVariables(env),
    ...(await wrongServers(env)),
    ...missingMonitor(env),
    ...(await wrongProgram(env)),
    ...(await takenPort(given('HOLDFAST_GATEWAY_PORT'))),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);

  const [nats, monitorUrl, databaseUrl, gatewayPort] = [
    given('HOLDFAST_NATS_URL'),
    given('HOLDFAST_NATS_MONITOR_URL'),
    given('HOLDFAST_DATABASE_URL'),
    given('HOLDFAST_GATEWAY_PORT'),
  ];
  const sync = monitorUrl === undefined ? { trust: true as const } : { monitorUrl };
  return {
    ...(nats === undefined ? {} : { nats: { url: nats, sync } }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(gatewayPort === undefined ? {} : { gatewayPort: Number(gatewayPort) }),
  };
};

/** What is wrong with the addresses of servers that the environment names, one line each; they must be listening. */
export const wrongServers = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
  const named = Object.entries(SERVERS).flatMap(([name, protocols]) => {
    const text = env[name];
    return text === undefined || text === '' ? [] : [{ name, text, protocols }];
  });
  const isAddress = ({ text, protocols }: { text: string; protocols: readonly string[] }): boolean =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol);
  const wrong = named
    .filter((server) => !isAddress(server))
    .map(
      ({ name, protocols }) =>
        `${name}: expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
  return [...wrong, ...(await silentServers(named.filter(isAddress)))];
};

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  HOLDFAST_NATS_URL: ['nats:', 'tls:'],
  HOLDFAST_DATABASE_URL: ['postgres:', 'postgresql:'],
};

const missingMonitor = ({
  HOLDFAST_NATS_URL = '',
  HOLDFAST_NATS_MONITOR_URL = '',
  HOLDFAST_TRUST_SYNC,
}: NodeJS.ProcessEnv): string[] =>
  HOLDFAST_NATS_URL === '' || HOLDFAST_NATS_MONITOR_URL !== '' || HOLDFAST_TRUST_SYNC === 'true'
    ? []
    : [
        'HOLDFAST_NATS_MONITOR_URL is required together with HOLDFAST_NATS_URL, to see that the server syncs every write ' +
          '(or HOLDFAST_TRUST_SYNC=true)',
      ];

/** A nats-server that is named is the one that is run, or nothing is. */
const wrongProgram = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
  const { HOLDFAST_NATS_SERVER: program = '', HOLDFAST_NATS_URL: elsewhere = '' } = env;
  if (program === '' || elsewhere !== '') return [];
  try {
    await findNatsServer({ env });
    return [];
  } catch (error) {
    if (!(error instanceof NatsServerNotFoundError)) throw error;
    return [`HOLDFAST_NATS_SERVER=${program}: ${error.tried.join('; ')}`];
  }
};

const takenPort = async (text: string | undefined): Promise<string[]> => {
  if (text === undefined) return [];
  const port = Number(text);
  if (!Number.isInteger(port) || port <= 0 || port > 65_535)
    return [`HOLDFAST_GATEWAY_PORT=${text}: expected a port from 1 to 65535`];
  return (await freePort(port)) === port
    ? []
    : [`HOLDFAST_GATEWAY_PORT=${text}: 127.0.0.1:${text} cannot be listened on; is it somebody else's?`];
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'nats:': 4222, 'tls:': 4222 };
const CONNECT_LIMIT_MS = 3_000;

const silentServers = async (servers: readonly { name: string; text: string }[]): Promise<string[]> => {
  const probes = servers.map(async ({ name, text }) => {
    const { hostname, port, protocol } = new URL(text);
    const number = port === '' ? (DEFAULT_PORTS[protocol] ?? 5432) : Number(port);
    const failure = await connectFailure(hostname.replace(/^\[|\]$/g, ''), number);
    return failure === undefined ? [] : [`${name}: nobody answers at ${hostname}:${number} (${failure})`];
  });
  return (await Promise.all(probes)).flat();
};

const connectFailure = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_LIMIT_MS });
    const finish = (failure?: string): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => finish());
    socket.once('timeout', () => finish('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
