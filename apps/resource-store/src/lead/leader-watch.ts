/**
 * Whether the transactor still lives, as a standby hears it. Time comes from the caller; a standby that was paused or
 * cut off from NATS has heard nothing because of itself, so it starts to listen anew.
 *
 *   alive ──(silence for the whole patience)──► missing
 *     └──────(says that it leaves)────────────► leaving
 */
import type { Heartbeat } from '@holdfast/contracts';

export type LeaderState = 'alive' | 'missing' | 'leaving';

export class LeaderWatch {
  private heardAt: number;
  private checkedAt: number;
  private left = 0;

  constructor(
    private readonly patienceMs: number,
    now: number,
  ) {
    this.heardAt = now;
    this.checkedAt = now;
  }

  /** Takes in a heartbeat; one of an epoch before `epoch` is ignored. */
  heard(heartbeat: Heartbeat, epoch: number, now: number): void {
    if (heartbeat.epoch < epoch) return;
    this.heardAt = now;
    if (heartbeat.leaving === true) this.left = heartbeat.epoch;
  }

  /** To be asked several times within the patience; a longer break between two questions was a pause of our own. */
  check(epoch: number, now: number): LeaderState {
    if (now - this.checkedAt > this.patienceMs / 2) this.listenAnew(now);
    this.checkedAt = now;
    if (this.left === epoch && epoch > 0) return 'leaving';
    return now - this.heardAt > this.patienceMs ? 'missing' : 'alive';
  }

  listenAnew(now: number): void {
    this.heardAt = now;
  }
}
