/** What the environment may say about a local stack: parsed once, everything wrong in one error. */
import { connect } from 'node:net';

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
  const problems: string[] = [];
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const url = (name: string, protocols: readonly string[]): string | undefined => {
    const text = given(name);
    if (text === undefined) return undefined;
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return text;
    problems.push(`${name}: expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    return undefined;
  };

  const natsUrl = url('HOLDFAST_NATS_URL', ['nats:', 'tls:']);
  const monitorUrl = url('HOLDFAST_NATS_MONITOR_URL', ['http:', 'https:']);
  const databaseUrl = url('HOLDFAST_DATABASE_URL', ['postgres:', 'postgresql:']);
  const trust = given('HOLDFAST_TRUST_SYNC') === 'true';
  const gatewayPort = readPort(given('HOLDFAST_GATEWAY_PORT'), problems);
  if (natsUrl !== undefined && monitorUrl === undefined && !trust)
    problems.push(
      'HOLDFAST_NATS_MONITOR_URL is required together with HOLDFAST_NATS_URL, to see that the server syncs every write ' +
        '(or HOLDFAST_TRUST_SYNC=true)',
    );
  problems.push(...(await silentServers({ HOLDFAST_NATS_URL: natsUrl, HOLDFAST_DATABASE_URL: databaseUrl })));
  if (problems.length > 0) throw new ConfigurationError(problems);

  const sync = monitorUrl === undefined ? { trust: true as const } : { monitorUrl };
  return {
    ...(natsUrl === undefined ? {} : { nats: { url: natsUrl, sync } }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
  };
};

const readPort = (text: string | undefined, problems: string[]): number | undefined => {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  problems.push(`HOLDFAST_GATEWAY_PORT=${text}: expected a port from 1 to 65535`);
  return undefined;
};

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'nats:': 4222, 'tls:': 4222 };
const CONNECT_LIMIT_MS = 3_000;

const silentServers = async (urls: Readonly<Record<string, string | undefined>>): Promise<string[]> => {
  const probes = Object.entries(urls).map(async ([name, text]) => {
    if (text === undefined) return [];
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
