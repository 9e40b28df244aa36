import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const C = { type: 'text', collation: 'C' } as const;

/**
 * One state of one object, valid from `version` until before `next`; current where there is no next.
 * Byte order ("C") makes pages follow the order of names that Kubernetes clients expect.
 */
@Entity({ name: 'versions' })
@Index('versions_of_object', ['group', 'resource', 'namespace', 'name', 'version'])
@Index('versions_current', ['group', 'resource', 'namespace', 'name'], {
  unique: true,
  where: 'next IS NULL AND NOT deleted',
})
@Index('versions_superseded', ['group', 'resource', 'next'], { where: 'next IS NOT NULL' })
// A GIN index with an operator class, which TypeORM cannot express; the migration makes it.
@Index('versions_labels', { synchronize: false })
export class Version {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'versions_pkey' })
  version!: string;

  @Column('bigint', { nullable: true })
  next!: string | null;

  @Column('bigint', { nullable: true })
  previous!: string | null;

  @Column({ name: 'grp', ...C })
  group!: string;

  @Column(C)
  resource!: string;

  @Column(C)
  namespace!: string;

  @Column(C)
  name!: string;

  @Column('text')
  uid!: string;

  @Column('text')
  type!: string;

  @Column('timestamptz')
  time!: Date;

  @Column('boolean')
  deleted!: boolean;

  @Column('text')
  actor!: string;

  @Column('text', { name: 'field_manager', nullable: true })
  fieldManager!: string | null;

  @Column('text', { name: 'command_id' })
  commandId!: string;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text', { name: 'correlation_id' })
  correlationId!: string;

  @Column('text', { name: 'causation_id', nullable: true })
  causationId!: string | null;

  @Column('text', { array: true })
  changed!: string[];

  @Column('jsonb')
  labels!: Record<string, string>;

  @Column('jsonb')
  fields!: Record<string, string>;

  /** The whole object, with its resourceVersion. */
  @Column('jsonb')
  object!: object;
}
