/**
 * Since when nothing was heard from the transactor although something was asked. Time comes from the caller; a sender
 * that was paused has heard nothing because of itself, so it starts to listen anew.
 */

/** Longer than a take-over takes: then nobody leads who will answer soon. */
const AWAY_MS = 5_000;
/** A longer break between two checks was a pause of our own. */
const OWN_PAUSE_MS = 1_000;
/** From then on the transactor is asked, whoever else asks something. */
const WORRY_MS = 1_000;

export class Silence {
  #since: number | undefined;
  #checkedAt: number | undefined;

  /** Something was asked. */
  asked(now: number): void {
    this.#since ??= now;
  }

  /** Something was answered; `waiting` says whether more is to come. */
  heard(now: number, waiting: boolean): void {
    this.#since = waiting ? now : undefined;
  }

  /** There is another transactor, or another way to it: it gets the whole patience. */
  listenAnew(now: number): void {
    if (this.#since !== undefined) this.#since = now;
  }

  /** To be called several times a second. */
  check(now: number): void {
    if (this.#checkedAt !== undefined && now - this.#checkedAt > OWN_PAUSE_MS) this.listenAnew(now);
    this.#checkedAt = now;
  }

  isWorrying(now: number): boolean {
    return this.#lasts(now, WORRY_MS);
  }

  isAway(now: number): boolean {
    return this.#lasts(now, AWAY_MS);
  }

  /** Whether a command that may have happened has waited long enough for a transactor that is away. */
  outlasts(askedAt: number, now: number): boolean {
    return this.isAway(now) && now - askedAt >= AWAY_MS;
  }

  #lasts(now: number, ms: number): boolean {
    return this.#since !== undefined && now - this.#since >= ms;
  }
}
