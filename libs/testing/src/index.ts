export { eventually } from './eventually.js';
export type { Patience } from './eventually.js';
export { startNats } from './nats.js';
export type { TestNats, TestNatsOptions } from './nats.js';
export { startOwnPostgres, startPostgres } from './postgres.js';
export type { TestDatabase, TestPostgres } from './postgres.js';
export { temporaryFolder } from './temporary-folder.js';
export type { TemporaryFolder } from './temporary-folder.js';
