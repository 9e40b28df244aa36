import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One commit of the log: what a moment in time means as a version. */
@Entity({ name: 'commits' })
@Index('commits_time', ['time', 'sequence'])
export class ProjectedCommit {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'commits_pkey' })
  sequence!: string;

  /** The log's own time. */
  @Column('timestamptz')
  time!: Date;

  @Column('bigint')
  boundary!: string;

  @Column('bigint')
  epoch!: string;

  @Column('integer')
  events!: number;
}
