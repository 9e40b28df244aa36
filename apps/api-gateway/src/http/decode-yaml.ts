import { isUtf8 } from 'node:buffer';
import { parseAllDocuments } from 'yaml';

import { badRequest, refuse } from './status-error.js';

/** Reading takes about half a second per MiB. */
const MAX_YAML_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

/**
 * One YAML document as JSON bytes, read by the core schema of YAML 1.2: `no` is a string, keys are unique, aliases are
 * bounded, and nothing is lost on the way (a number that JSON cannot hold is refused).
 */
export const decodeYaml = (body: Buffer): Buffer => {
  if (body.length > MAX_YAML_BYTES) {
    throw refuse('RequestEntityTooLarge', `Request entity too large: limit for YAML is ${MAX_YAML_BYTES}`);
  }
  if (!isUtf8(body)) throw badRequest('the YAML body is not UTF-8');
  try {
    return Buffer.from(JSON.stringify(singleDocument(body.toString('utf8')), refuseLosses));
  } catch (error) {
    // The library refuses a bomb of aliases by a ReferenceError, and the stack ends in too deep a nesting.
    if (error instanceof ReferenceError || error instanceof RangeError) throw unreadable(error.message);
    throw error;
  }
};

const singleDocument = (text: string): unknown => {
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', uniqueKeys: true, intAsBigInt: true });
  if (documents.length === 0) throw badRequest('the YAML body is empty: an object was expected');
  if (documents.length !== 1)
    throw badRequest(`the YAML body holds ${documents.length} documents: send them one by one`);
  const [document] = documents;
  const problem = document?.errors[0];
  if (problem !== undefined) throw unreadable(firstLine(problem.message));
  return document?.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
};

const unreadable = (why: string) => badRequest(`error converting YAML to JSON: ${why}`);

const firstLine = (text: string): string => text.split('\n')[0]?.replace(/:$/, '') ?? '';

/** A replacer for JSON.stringify that lets nothing change its value unnoticed. */
const refuseLosses = (key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw badRequest(`${key}: the integer ${value} is beyond ±9007199254740991`);
    return number;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw badRequest(`${key}: ${value} is no number in JSON`);
  return value;
};
