export { findNatsServer, NatsServerNotFoundError } from './nats/find-nats-server.js';
export { natsServerConfig } from './nats/config.js';
export { NATS_USERS, permissionsOf } from './nats/permissions.js';
export type { NatsUser } from './nats/permissions.js';
export { startNatsServer } from './nats/server.js';
export type { NatsServer, NatsServerOptions } from './nats/server.js';

export { createDatabase, dropDatabase } from './postgres/database.js';
export { findPostgres, PostgresNotFoundError } from './postgres/find-postgres.js';
export { startPostgresServer } from './postgres/server.js';
export type { PostgresServer, PostgresServerOptions } from './postgres/server.js';

export { findDebianProgram, findKubectl } from './find-debian-program.js';
export { freePort } from './free-port.js';
export { removeWhenGone } from './guardian.js';
export { isAlive } from './process-identity.js';

export { ConfigurationError, wrongServers } from './stack/configuration.js';
export type { Report, StackEvent } from './stack/events.js';
export { ensureGatewayIdentity } from './stack/gateway-identity.js';
export { AlreadyRunningError } from './stack/lock.js';
export { readNatsUrl } from './stack/nats-url.js';
export { SERVICES } from './stack/services.js';
export type { ServiceName } from './stack/services.js';
export { readStackFile } from './stack/stack-file.js';
export type { StackFile } from './stack/stack-file.js';
export { startStack } from './stack/start-stack.js';
export type { Stack, StackOptions } from './stack/start-stack.js';
