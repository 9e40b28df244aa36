/** Steps that the validation of one object may take: half a second at worst, milliseconds for any usual object. */
const MAX_STEPS = 10_000_000;

export class WorkBudgetError extends Error {
  override readonly name = 'WorkBudgetError';
}

/**
 * Keeps one object from holding up all others. A schema is gone through once, but its parts below lists and maps once
 * an item, and patterns once a character and state: that is counted.
 */
export class WorkBudget {
  private left = MAX_STEPS;

  /** A new object begins. */
  refill(): void {
    this.left = MAX_STEPS;
  }

  /** Throws WorkBudgetError once too much was spent. */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new WorkBudgetError();
  }
}
