/** Something that cannot be accepted: which field, what it says, and what would do. */
export interface FieldProblem {
  readonly field: string;
  readonly value: string;
  readonly message: string;
}
