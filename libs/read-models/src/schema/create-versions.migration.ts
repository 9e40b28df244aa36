import type { MigrationInterface, QueryRunner } from 'typeorm';

const UNSAMPLED = [
  'object',
  'labels',
  'fields',
  'changed',
  'uid',
  'command_id',
  'request_id',
  'correlation_id',
  'causation_id',
];

/** Names carry no schema: the connection's search path says which generation is made. */
export class CreateVersions1795300000001 implements MigrationInterface {
  readonly name = 'CreateVersions1795300000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE versions (
        version        bigint           NOT NULL,
        next           bigint,
        previous       bigint,
        grp            text COLLATE "C" NOT NULL,
        resource       text COLLATE "C" NOT NULL,
        namespace      text COLLATE "C" NOT NULL,
        name           text COLLATE "C" NOT NULL,
        uid            text             NOT NULL,
        type           text             NOT NULL,
        time           timestamptz      NOT NULL,
        deleted        boolean          NOT NULL,
        actor          text             NOT NULL,
        field_manager  text,
        command_id     text             NOT NULL,
        request_id     text             NOT NULL,
        correlation_id text             NOT NULL,
        causation_id   text,
        changed        text[]           NOT NULL,
        labels         jsonb            NOT NULL,
        fields         jsonb            NOT NULL,
        object         jsonb            NOT NULL,
        CONSTRAINT versions_pkey PRIMARY KEY (version)
      )`);
    // No query's plan depends on these, and sampling JSON costs more than all the rest of ANALYZE.
    for (const column of UNSAMPLED) await runner.query(`ALTER TABLE versions ALTER COLUMN ${column} SET STATISTICS 0`);
    await runner.query(`CREATE INDEX versions_of_object ON versions (grp, resource, namespace, name, version)`);
    await runner.query(`
      CREATE UNIQUE INDEX versions_current ON versions (grp, resource, namespace, name)
      WHERE next IS NULL AND NOT deleted`);
    await runner.query(`
      CREATE INDEX versions_superseded ON versions (grp, resource, next) WHERE next IS NOT NULL`);
    await runner.query(`
      CREATE INDEX versions_labels ON versions USING gin (labels jsonb_path_ops)
      WHERE next IS NULL AND NOT deleted`);
    await runner.query(`
      CREATE TABLE commits (
        sequence bigint      NOT NULL,
        time     timestamptz NOT NULL,
        boundary bigint      NOT NULL,
        epoch    bigint      NOT NULL,
        events   integer     NOT NULL,
        CONSTRAINT commits_pkey PRIMARY KEY (sequence)
      )`);
    await runner.query('CREATE INDEX commits_time ON commits (time, sequence)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE commits');
    await runner.query('DROP TABLE versions');
  }
}
