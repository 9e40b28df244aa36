/** Parses the environment once into a typed object, and says everything that is missing or wrong in one error. */
import { z } from 'zod';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(['the configuration is not complete:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
  }
}

/** Exit code of a service whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

type Environment = Readonly<Record<string, string | undefined>>;

/** The values of `shape` read from `env`; empty variables count as missing. Throws ConfigError naming each variable at fault. */
export const readConfig = <T extends z.ZodRawShape>(shape: T, env: Environment): z.output<z.ZodObject<T>> => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => describeIssue(issue, given)));
};

const describeIssue = (issue: z.core.$ZodIssue, given: Environment): string => {
  const name = issue.path.map(String).join('.');
  const value = given[name];
  if (value === undefined) return `${name} is required`;
  return `${name}=${isSecret(name) ? '…' : value}: ${issue.message}`;
};

const isSecret = (name: string): boolean => /TOKEN|PASSWORD|SECRET|_URL$/.test(name);

export const port = z.coerce.number().int().min(0).max(65_535);
const url = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    message: `expected a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
export const natsUrl = url('nats:', 'tls:');
export const postgresUrl = url('postgres:', 'postgresql:');
export const httpUrl = url('http:', 'https:');

const MS_PER_UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `30m`, `12h` or `7d`, as milliseconds. */
export const duration = z
  .string()
  .regex(/^\d+[smhd]$/, 'expected a number and a unit, such as 90s, 30m, 12h or 7d')
  .transform((text) => Number(text.slice(0, -1)) * MS_PER_UNIT[text.slice(-1) as keyof typeof MS_PER_UNIT]);

/** What every service reads. */
export const serviceEnvironment = {
  HOLDFAST_NATS_URL: natsUrl,
  HOLDFAST_ADMIN_HOST: z.string().default('127.0.0.1'),
  HOLDFAST_ADMIN_PORT: port.default(0),
  HOLDFAST_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** Where traces are collected, by OTLP over HTTP; nowhere when missing. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  HOLDFAST_LOG_REPLICAS: z
    .enum(['1', '3'])
    .default('1')
    .transform((text): 1 | 3 => (text === '3' ? 3 : 1)),
};

export type ServiceConfig = z.output<z.ZodObject<typeof serviceEnvironment>>;
