/** The values of a statement that is put together from parts; none of them ever becomes SQL text. */
export class SqlParameters {
  readonly values: (string | number | readonly string[])[] = [];

  /** Takes a value and answers its placeholder. */
  add(value: string | number | readonly string[]): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
