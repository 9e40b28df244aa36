import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a generation is for; readers look at the live one only. */
export type GenerationPurpose = 'live' | 'building' | 'retired' | 'scratch';

/** One generation of the read models, and its checkpoint: how far of which log its rows reach. */
@Entity({ name: 'generations' })
@Index('generations_live', ['purpose'], { unique: true, where: `purpose = 'live'` })
export class Generation {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'generations_pkey' })
  number!: number;

  @Column('text')
  purpose!: GenerationPurpose;

  /** The log it was made from; missing until the first commit is projected. */
  @Column('text', { nullable: true })
  stream!: string | null;

  @Column('text', { name: 'stream_created', nullable: true })
  streamCreated!: string | null;

  /** The last commit whose events are in the rows. */
  @Column('bigint', { default: 0 })
  sequence!: string;

  /** The resourceVersion that lists of these rows carry. */
  @Column('bigint', { default: 0 })
  boundary!: string;
}
