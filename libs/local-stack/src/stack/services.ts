/** Which services a stack consists of, and what each is told by its environment. */
import { join } from 'node:path';

import type { NatsUser } from '../nats/permissions.js';

export const SERVICES = ['resource-store', 'api-gateway', 'reconciler', 'prebuild-orchestrator'] as const;
export type ServiceName = (typeof SERVICES)[number];

const USERS: Readonly<Record<ServiceName, NatsUser>> = {
  'resource-store': 'store',
  'api-gateway': 'gateway',
  reconciler: 'reconciler',
  'prebuild-orchestrator': 'orchestrator',
};

export interface ServiceSurroundings {
  readonly natsUrl: (user: NatsUser) => string;
  readonly natsSync: { readonly monitorUrl: string } | { readonly trust: true };
  readonly databaseUrl: string;
  readonly gatewayPort: number;
  readonly certificate: string;
  readonly key: string;
  readonly tokenTable: string;
}

/** The variables of one service; what else the environment of the supervisor says about Holdfast is passed on. */
export const serviceEnvironment = (
  service: ServiceName,
  adminPort: number,
  around: ServiceSurroundings,
): Record<string, string> => ({
  HOLDFAST_NATS_URL: around.natsUrl(USERS[service]),
  HOLDFAST_ADMIN_HOST: '127.0.0.1',
  HOLDFAST_ADMIN_PORT: String(adminPort),
  ...ownVariables(service, around),
});

const ownVariables = (service: ServiceName, around: ServiceSurroundings): Record<string, string> => {
  switch (service) {
    case 'resource-store':
      return {
        HOLDFAST_DATABASE_URL: around.databaseUrl,
        ...('trust' in around.natsSync
          ? { HOLDFAST_TRUST_SYNC: 'true' }
          : { HOLDFAST_NATS_MONITOR_URL: around.natsSync.monitorUrl }),
      };
    case 'api-gateway':
      return {
        HOLDFAST_DATABASE_URL: around.databaseUrl,
        HOLDFAST_GATEWAY_HOST: '127.0.0.1',
        HOLDFAST_GATEWAY_PORT: String(around.gatewayPort),
        HOLDFAST_TLS_CERT_FILE: around.certificate,
        HOLDFAST_TLS_KEY_FILE: around.key,
        HOLDFAST_TOKEN_FILE: around.tokenTable,
      };
    case 'reconciler':
    case 'prebuild-orchestrator':
      return {};
  }
};

/** Where the compiled service starts. */
export const serviceScript = (workspace: string, service: ServiceName): string =>
  join(workspace, 'apps', service, 'dist', 'main.js');
