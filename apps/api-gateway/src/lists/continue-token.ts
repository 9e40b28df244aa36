/** Where the next page of a list begins, and at which version; opaque to clients. */
import { isJsonObject } from '@holdfast/kernel';
import { badRequest } from '../http/status-error.js';

export interface ContinueToken {
  readonly version: number;
  /** The last object of the page before. */
  readonly after: { readonly namespace: string; readonly name: string };
}

const FORM = 'holdfast.dev/v1';

export const writeContinueToken = ({ version, after }: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: FORM, rv: version, namespace: after.namespace, name: after.name }), 'utf8').toString(
    'base64url',
  );

/** Throws the 400 that Kubernetes answers to a token that is not one of ours. */
export const readContinueToken = (text: string): ContinueToken => {
  const value = parse(text);
  if (!isJsonObject(value) || value['v'] !== FORM) throw notValid();
  const { rv, namespace, name } = value;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv < 1) throw notValid();
  if (typeof namespace !== 'string' || typeof name !== 'string') throw notValid();
  return { version: rv, after: { namespace, name } };
};

const parse = (text: string): unknown => {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

const notValid = () => badRequest('continue key is not valid: it must be the metadata.continue of a list');
