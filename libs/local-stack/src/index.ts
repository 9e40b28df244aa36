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

export { isAlive } from './cache.js';
export { freePort } from './free-port.js';
export { removeWhenGone } from './guardian.js';
