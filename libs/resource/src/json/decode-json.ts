/** Bodies become values here, or a refusal in the words of the Kubernetes API. */
import type { FieldValidation } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue, Refusal } from '@holdfast/kernel';
import { scanJson } from './scan-json.js';
import type { JsonScan } from './scan-json.js';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads any JSON value. A key that stands twice is refused under Strict, warned of under Warn and ignored under
 * Ignore (the last one wins); everything else that `scanJson` finds is always refused.
 */
export const decodeJson = (bytes: Uint8Array, fieldValidation: FieldValidation): Decoded<JsonValue> => {
  const scan = scanJson(bytes);
  if (!scan.ok) return refused(describe(scan));
  const duplicates = scan.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (duplicates.length > 0 && fieldValidation === 'Strict') {
    return refused(`strict decoding error: ${duplicates.join(', ')}`);
  }
  const value = JSON.parse(textOf(bytes)) as JsonValue;
  return { ok: true, value, warnings: fieldValidation === 'Warn' ? duplicates : [] };
};

/** Reads a JSON object; anything else is refused. */
export const decodeObject = (bytes: Uint8Array, fieldValidation: FieldValidation): Decoded<JsonObject> => {
  const decoded = decodeJson(bytes, fieldValidation);
  if (!decoded.ok) return decoded;
  const { value, warnings } = decoded;
  if (isJsonObject(value)) return { ok: true, value, warnings };
  return refused(`the body must be a JSON object, not ${nameOfType(value)}`);
};

const describe = (scan: JsonScan & { ok: false }): string => {
  const place = `line ${scan.line}, offset ${scan.offset}`;
  if (scan.kind === 'malformed') return `couldn't get version/kind; json parse error: ${scan.problem} (${place})`;
  return `${scan.path === '' ? '' : `${scan.path}: `}${scan.problem} (${place})`;
};

const refused = (message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { reason: 'BadRequest', message },
});

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');

const nameOfType = (value: JsonValue): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
