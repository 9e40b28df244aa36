/** What a stack needs before its first process: ports, passwords, certificates, the administrator's token. */
import { ensureAdminToken } from './admin-token.js';
import type { AdminToken } from './admin-token.js';
import type { CertificateFiles } from './certificates.js';
import type { StackConfiguration } from './configuration.js';
import { choosePorts } from './ports.js';
import type { PortOf } from './ports.js';
import { ensureSecrets } from './secrets.js';
import type { Secrets } from './secrets.js';
import { serviceInstances } from './services.js';
import type { ServiceInstance, ServiceName, ServicePorts } from './services.js';

const CERTIFICATE_NAMES = ['127.0.0.1', '::1', 'localhost'];

export interface Preparation {
  readonly portOf: PortOf;
  readonly secrets: Secrets;
  readonly admin: AdminToken;
  readonly certificates: CertificateFiles;
  readonly launches: readonly ServiceLaunch[];
  /** Where clients reach the gateways. */
  readonly gateways: readonly string[];
}

export interface ServiceLaunch extends ServiceInstance {
  readonly ports: ServicePorts;
}

export interface PreparationOptions {
  readonly dir: string;
  readonly instances?: Partial<Record<ServiceName, number>>;
}

/** Makes what is missing in the folder; what is there is kept, so that clients of the last start need nothing new. */
export const prepareStack = async (
  { dir, instances: counts }: PreparationOptions,
  configuration: StackConfiguration,
): Promise<Preparation> => {
  const instances = serviceInstances(counts);
  const names = instances.flatMap(({ name, service }) =>
    service === 'api-gateway' ? [name, publicPort(name)] : [name],
  );
  const portOf = await choosePorts(dir, ['nats', 'nats-monitor', 'postgres', ...names], configuration.gatewayPort);
  const launches = instances.map((instance) => ({ ...instance, ports: portsOf(instance, portOf, configuration) }));
  // Loaded here, since most who use this library start no stack and the X.509 code is large.
  const { ensureCertificates } = await import('./certificates.js');
  return {
    portOf,
    secrets: await ensureSecrets(dir),
    admin: await ensureAdminToken(dir),
    certificates: await ensureCertificates({ dir, now: new Date(), names: CERTIFICATE_NAMES }),
    launches,
    gateways: launches.map(({ ports }) => publicAddress(ports)).filter((address) => address !== undefined),
  };
};

export const publicAddress = ({ gateway }: ServicePorts): string | undefined =>
  gateway === undefined ? undefined : `https://127.0.0.1:${gateway}`;

const portsOf = (
  { name, service }: ServiceInstance,
  portOf: PortOf,
  { gatewayPort }: StackConfiguration,
): ServicePorts => {
  if (service !== 'api-gateway') return { admin: portOf(name) };
  // The configured port is the first gateway's.
  const configured = name === 'api-gateway' ? gatewayPort : undefined;
  return { admin: portOf(name), gateway: configured ?? portOf(publicPort(name)) };
};

const publicPort = (instance: string): string => `${instance}-public`;
