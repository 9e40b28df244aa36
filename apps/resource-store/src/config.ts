import { randomUUID } from 'node:crypto';

import type { SyncCheck } from '@holdfast/log';
import { duration, faultVariable, httpUrl, postgresUrl, serviceEnvironment } from '@holdfast/nest-platform';
import { z } from 'zod';

import { FAULT_POINTS } from './fault.js';

const GIB = 1024 * 1024 * 1024;
const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;

const httpUrls = z.string().refine((text) => text.split(',').every((url) => httpUrl.safeParse(url.trim()).success), {
  message: 'expected URLs that begin with http:// or https://, separated by commas',
});

type Environment = Readonly<Record<string, string | undefined>>;

/** What the service reads; the monitoring address is not needed where the operator vouches for the servers. */
export const environmentOf = (env: Environment) => ({
  ...serviceEnvironment,
  HOLDFAST_DATABASE_URL: postgresUrl,
  /** Where nats-server tells whether it syncs every write; several separated by commas. */
  HOLDFAST_NATS_MONITOR_URL: env['HOLDFAST_TRUST_SYNC'] === 'true' ? httpUrls.optional() : httpUrls,
  /** The operator's word that every server syncs every write. */
  HOLDFAST_TRUST_SYNC: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  HOLDFAST_INSTANCE: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,63}$/, 'expected 1 to 63 of A-Z a-z 0-9 . _ -')
    .default(() => `store-${randomUUID().slice(0, 8)}`),
  /** How much of the public event stream is kept. */
  HOLDFAST_EVENTS_MAX_BYTES: z.coerce.number().int().positive().default(GIB),
  HOLDFAST_EVENTS_MAX_AGE: duration.default(WEEK_MS),
  /** For crash tests alone: dies at a named point. */
  HOLDFAST_FAULT: faultVariable(FAULT_POINTS),
});

export type StoreConfig = z.output<z.ZodObject<ReturnType<typeof environmentOf>>>;

/** How the log learns that the server syncs; one of the two is always given. */
export const syncCheckOf = (config: StoreConfig): SyncCheck =>
  config.HOLDFAST_NATS_MONITOR_URL === undefined || config.HOLDFAST_TRUST_SYNC
    ? { trust: true }
    : { monitorUrl: config.HOLDFAST_NATS_MONITOR_URL };
