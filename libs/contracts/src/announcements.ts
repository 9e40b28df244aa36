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
