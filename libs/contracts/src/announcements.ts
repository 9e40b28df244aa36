/** Messages of core NATS that tell where somebody stands; each is JSON, none needs to arrive. */

/** On HEARTBEAT_SUBJECT, every 500 ms, by the transactor. */
export interface Heartbeat {
  readonly instance: string;
  readonly epoch: number;
  /** The newest acknowledged sequence of the log. */
  readonly sequence: number;
  /** Set once, when the transactor hands over on purpose: standbys need not wait. */
  readonly leaving?: true;
}

/** On PROJECTED_SUBJECT, after each transaction of the projector. */
export interface Projected {
  readonly sequence: number;
  readonly boundary: number;
}

/** On the members' subject of a service, every second, by each replica of it, which hears itself too. */
export interface MemberAnnouncement {
  /** Random per process: the holderIdentity of its leases. */
  readonly id: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** How many partitions of keys it works on. */
  readonly partitions: number;
  /** Set once, when the replica stops on purpose: nobody need wait for it. */
  readonly leaving?: true;
}
