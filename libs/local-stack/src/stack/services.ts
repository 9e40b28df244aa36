/** Which services a stack consists of, and what each is told by its environment. */
import { join } from 'node:path';

import type { NatsUser } from '../nats/permissions.js';

export const SERVICES = [
  'resource-store',
  'api-gateway',
  'reconciler',
  'prebuild-orchestrator',
  'provisioner',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** One process of a service: the first has the service's name, further ones a number as well. */
export interface ServiceInstance {
  readonly name: string;
  readonly service: ServiceName;
}

export const serviceInstances = (counts: Partial<Record<ServiceName, number>> = {}): ServiceInstance[] =>
  SERVICES.flatMap((service) =>
    Array.from({ length: counts[service] ?? 1 }, (_, i) => ({
      name: i === 0 ? service : `${service}-${i + 1}`,
      service,
    })),
  );

const USERS: Readonly<Record<ServiceName, NatsUser>> = {
  'resource-store': 'store',
  'api-gateway': 'gateway',
  reconciler: 'reconciler',
  'prebuild-orchestrator': 'orchestrator',
  provisioner: 'provisioner',
};

/** What the services of one stack have in common. */
export interface ServiceSurroundings {
  readonly natsUrl: (user: NatsUser) => string;
  readonly natsSync: { readonly monitorUrl: string } | { readonly trust: true };
  readonly databaseUrl: string;
  readonly certificate: string;
  readonly key: string;
  readonly tokenTable: string;
  /** Where the reconciler keeps the files of StaticSites. */
  readonly sites: string;
  /** Where the provisioner keeps the folders of workspaces. */
  readonly workspaces: string;
}

export interface ServicePorts {
  /** Health and metrics. */
  readonly admin: number;
  /** The public one; of gateways alone. */
  readonly gateway?: number;
}

/** The variables that a service reads. */
export const serviceEnvironment = (
  service: ServiceName,
  ports: ServicePorts,
  around: ServiceSurroundings,
): Record<string, string> => ({
  HOLDFAST_NATS_URL: around.natsUrl(USERS[service]),
  HOLDFAST_ADMIN_HOST: '127.0.0.1',
  HOLDFAST_ADMIN_PORT: String(ports.admin),
  ...ownVariables(service, ports, around),
});

const ownVariables = (
  service: ServiceName,
  ports: ServicePorts,
  around: ServiceSurroundings,
): Record<string, string> => {
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
        HOLDFAST_GATEWAY_PORT: String(ports.gateway),
        HOLDFAST_TLS_CERT_FILE: around.certificate,
        HOLDFAST_TLS_KEY_FILE: around.key,
        HOLDFAST_TOKEN_FILE: around.tokenTable,
      };
    case 'reconciler':
      return { HOLDFAST_SITES_DIR: around.sites };
    case 'prebuild-orchestrator':
      return {};
    case 'provisioner':
      return { HOLDFAST_WORKSPACES_DIR: around.workspaces };
  }
};

/** Where the compiled service starts. */
export const serviceScript = (workspace: string, service: ServiceName): string =>
  join(workspace, 'apps', service, 'dist', 'bundle', 'main.js');
