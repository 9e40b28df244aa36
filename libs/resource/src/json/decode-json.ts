/** Bodies become values here, or a refusal in the words of the Kubernetes API. */
import type { FieldValidation } from '@holdfast/contracts';
import type { JsonValue, Refusal } from '@holdfast/kernel';
import { scanJson } from './scan-json.js';
import type { JsonScan } from './scan-json.js';

export type Decoded =
  | { readonly ok: true; readonly value: JsonValue; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads any JSON value. A key that stands twice is refused under Strict, warned of under Warn and ignored under
 * Ignore (the last one wins); everything else that `scanJson` finds is always refused.
 */
export const decodeJson = (bytes: Uint8Array, fieldValidation: FieldValidation): Decoded => {
  const scan = scanJson(bytes);
  if (!scan.ok) return refused(describe(scan));
  const duplicates = scan.duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`);
  if (duplicates.length > 0 && fieldValidation === 'Strict') {
    return refused(`strict decoding error: ${duplicates.join(', ')}`);
  }
  const value = JSON.parse(textOf(bytes)) as JsonValue;
  return { ok: true, value, warnings: fieldValidation === 'Warn' ? duplicates : [] };
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
