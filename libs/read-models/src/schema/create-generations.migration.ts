import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateGenerations1795300000000 implements MigrationInterface {
  readonly name = 'CreateGenerations1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE generations (
        number         integer NOT NULL,
        purpose        text    NOT NULL,
        stream         text,
        stream_created text,
        sequence       bigint  NOT NULL DEFAULT 0,
        boundary       bigint  NOT NULL DEFAULT 0,
        CONSTRAINT generations_pkey PRIMARY KEY (number)
      )`);
    await runner.query(`CREATE UNIQUE INDEX generations_live ON generations (purpose) WHERE purpose = 'live'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE generations');
  }
}
