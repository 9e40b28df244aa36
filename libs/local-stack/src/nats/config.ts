/** The configuration file of nats-server, for the local stack and for deploy/ alike. */
import { NATS_ACCOUNTS } from './accounts.js';
import type { Account, Shared } from './accounts.js';
import { permissionsOf } from './permissions.js';
import type { NatsUser } from './permissions.js';

/** A literal, or the environment variable that holds it when the server starts. */
export type ConfigSecret = string | { readonly env: string };

export interface NatsServerConfig {
  readonly host: string;
  /** 0 lets the server pick one and tell it in `portsFolder`. */
  readonly port: number;
  readonly monitorPort: number;
  readonly storeFolder: string;
  readonly portsFolder?: string;
  readonly serverName?: string;
  /** One per user; without them anybody may do anything (for tests of single parts). */
  readonly passwords?: Readonly<Record<NatsUser, ConfigSecret>>;
  /** Further top-level settings, already in the server's syntax. */
  readonly extra?: string;
}

/**
 * A commit of 1,000 events or a command of the largest accepted object is far below 8 MiB, and so is a frame of many
 * commands; the server's default of 1 MiB is not enough for a transaction of 1,000 operations.
 */
const MAX_PAYLOAD_BYTES = 8 * 1024 * 1024;

export const natsServerConfig = (config: NatsServerConfig): string =>
  [
    ...(config.serverName === undefined ? [] : [`server_name: ${quoted(config.serverName)}`]),
    `host: ${quoted(config.host)}`,
    `port: ${portSetting(config.port)}`,
    `http: ${quoted(`${config.host}:${portSetting(config.monitorPort)}`)}`,
    ...(config.portsFolder === undefined ? [] : [`ports_file_dir: ${quoted(config.portsFolder)}`]),
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    // A frame of 8 MiB must not by itself make a slow consumer of its receiver.
    `max_pending: ${8 * MAX_PAYLOAD_BYTES}`,
    'jetstream {',
    `  store_dir: ${quoted(config.storeFolder)}`,
    '  # Acknowledged means on disk: the default would sync every two minutes.',
    '  sync_interval: always',
    '  # A request with fields that the server does not know is refused: so no answer passes for a request.',
    '  strict: true',
    '}',
    ...(config.passwords === undefined ? [] : accounts(config.passwords)),
    ...(config.extra === undefined ? [] : [config.extra]),
    '',
  ].join('\n');

const accounts = (passwords: Readonly<Record<NatsUser, ConfigSecret>>): string[] => [
  'accounts {',
  ...NATS_ACCOUNTS.flatMap((account) => [
    `  ${account.name} {`,
    '    jetstream: enabled',
    '    users: [',
    ...account.users.flatMap((user) => userLines(user, passwords[user])),
    '    ]',
    ...exportLines(account),
    ...importLines(account),
    '  }',
  ]),
  '}',
];

const userLines = (user: NatsUser, password: ConfigSecret): string[] => {
  const { publish, subscribe, answersFor } = permissionsOf(user);
  return [
    '      {',
    `        user: ${user}`,
    `        password: ${secret(password)}`,
    '        permissions {',
    ...subjects('publish', publish),
    ...subjects('subscribe', subscribe),
    ...(answersFor === undefined ? [] : [`          allow_responses { max: 1, expires: ${quoted(answersFor)} }`]),
    '        }',
    '      }',
  ];
};

const subjects = (verb: 'publish' | 'subscribe', allowed: readonly string[]): string[] => [
  `          ${verb} {`,
  '            allow: [',
  ...allowed.map((subject) => `              ${quoted(subject)}`),
  '            ]',
  '          }',
];

const exportLines = ({ exports, partner }: Account): string[] => [
  '    exports: [',
  ...exports.map(({ kind, subject }) => `      { ${kind}: ${quoted(subject)}, accounts: [${partner}] }`),
  '    ]',
];

const importLines = ({ imports, partner }: Account): string[] => [
  '    imports: [',
  ...imports.map(({ kind, subject, as }: Shared) => {
    const renamed = as === undefined ? '' : `, to: ${quoted(as)}`;
    return `      { ${kind}: { account: ${partner}, subject: ${quoted(subject)} }${renamed} }`;
  }),
  '    ]',
];

const portSetting = (port: number): number => (port === 0 ? -1 : port);
const secret = (value: ConfigSecret): string => (typeof value === 'string' ? quoted(value) : `$${value.env}`);
const quoted = (text: string): string => JSON.stringify(text);
