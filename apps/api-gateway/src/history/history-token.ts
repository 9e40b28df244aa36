/** Where the next page of a history begins; opaque to clients. */
import { badRequest } from '../http/status-error.js';

/** The next page holds what is older than this version. */
export const writeHistoryToken = (before: number): string => Buffer.from(`${PREFIX}${before}`).toString('base64url');

export const readHistoryToken = (text: string): number => {
  const decoded = /^[A-Za-z0-9_-]+$/.test(text) ? Buffer.from(text, 'base64url').toString('latin1') : '';
  const before = decoded.startsWith(PREFIX) ? Number(decoded.slice(PREFIX.length)) : Number.NaN;
  if (Number.isSafeInteger(before) && before > 0) return before;
  throw badRequest('continue key is not valid: it must be the metadata.continue of a history');
};

const PREFIX = 'before:';
