/** Closes a switch over a union: a case that nobody handled does not compile. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unexpected case: ${JSON.stringify(value)}`);
};
