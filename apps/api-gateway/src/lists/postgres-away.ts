/** Whether a failure of a query means that PostgreSQL cannot be asked, not that the question was wrong. */
export const isPostgresAway = (error: unknown): boolean => {
  if (error instanceof NoAnswerError) return true;
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') return SYSTEM_CODES.test(code) || SQLSTATES.test(code);
  return typeof message === 'string' && CLIENT_MESSAGES.test(message);
};

/** The database has not begun to answer in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';

  constructor(limitMs: number) {
    super(`PostgreSQL has not answered within ${limitMs} ms`);
  }
}

const SYSTEM_CODES = /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)/;
/** Connection exception, insufficient resources, operator intervention, system error; not yet or no more a superuser's slot. */
const SQLSTATES = /^(08|53|57|58)[0-9A-Z]{3}$/;
/** What the client says of itself without a code. */
const CLIENT_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;
