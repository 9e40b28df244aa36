import { DataSource } from 'typeorm';
import type { DataSourceOptions } from 'typeorm';
import { ProjectedCommit } from './commit.entity.js';
import { CreateGenerations1795300000000 } from './create-generations.migration.js';
import { CreateVersions1795300000001 } from './create-versions.migration.js';
import { Generation } from './generation.entity.js';
import { generationSchema, REGISTRY_SCHEMA } from './names.js';
import { Version } from './version.entity.js';

/** The registry of generations: which is live, and how far each reaches. */
export const registryDataSource = (url: string): DataSource =>
  inSchema(url, REGISTRY_SCHEMA, { entities: [Generation], migrations: [CreateGenerations1795300000000] });

/** The tables of one generation. */
export const generationDataSource = (url: string, number: number): DataSource =>
  inSchema(url, generationSchema(number), {
    entities: [Version, ProjectedCommit],
    migrations: [CreateVersions1795300000001],
  });

const inSchema = (
  url: string,
  schema: string,
  { entities, migrations }: Pick<DataSourceOptions, 'entities' | 'migrations'>,
): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    schema,
    entities: entities ?? [],
    migrations: migrations ?? [],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    synchronize: false,
    installExtensions: false,
    poolSize: 2,
    connectTimeoutMS: 3_000,
    applicationName: 'holdfast-migrate',
    extra: { options: `-c search_path=${schema}` },
  });
