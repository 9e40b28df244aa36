export { openPool } from './pool.js';
export type { PoolOptions } from './pool.js';
export { migrate } from './schema/migrate.js';
export { ReadModelsMissing } from './schema/generations.js';
export type { Checkpoint } from './schema/generations.js';

export { ReadModels } from './read-models.js';
export type { ObjectState } from './read-models.js';
export type { ListedObject, ListPage, ListQuery, ObjectList } from './queries/list-objects.js';
export type { ObjectsQuery, PageStart } from './queries/select-objects.js';
export type { Causes, CausesQuery, RecordedChange } from './queries/read-causes.js';
export type { History, HistoryEntry, HistoryQuery } from './queries/read-history.js';

export { runProjector } from './projection/run-projector.js';
export type { ProjectorOptions, ProjectorReport } from './projection/run-projector.js';
export { ProjectionBehind, ProjectionWatch } from './projection/projection-watch.js';

export { MaintenanceRunning } from './schema/advisory-lock.js';
export { rebuild } from './rebuild/rebuild.js';
export type { Rebuilt, RebuildOptions, RebuildProgress } from './rebuild/rebuild.js';
export { verify } from './verify/verify.js';
export type { Verified, VerifyOptions, VerifyProgress } from './verify/verify.js';
export type { Difference, TableComparison, TableHash } from './verify/compare-tables.js';
