import { statusOf } from '../http/status-error.js';
import { expired } from '../lists/read-point.js';
import { watchLine } from './watch-encoding.js';

/** The last line of a watch that cannot be told what happened since its version. */
export const expiredLine = (version: number, end: number): Buffer =>
  watchLine('ERROR', JSON.stringify(statusOf(expired(version, end).refusal)));
