/** What can be done to a write before its turn comes, so that the one thread that decides has little left to do. */
import type { FieldValidation, Target, Write } from '@holdfast/contracts';
import { assertNever, isJsonObject } from '@holdfast/kernel';
import type { JsonValue, Refusal } from '@holdfast/kernel';
import { decodeJson } from '../json/decode-json.js';
import type { KindDefinition } from '../kind.js';
import { parsePatch } from '../patch/parse-patch.js';
import { admitNew } from './admission.js';
import type { SentObject } from './admission.js';
import type { Admission, Preparation } from './prepared-write.js';
import { badRequest } from './refusals.js';
import { scopeOf } from './scope.js';

/** The fieldValidation of a request that names none. */
const DEFAULT_FIELD_VALIDATION: FieldValidation = 'Warn';

/**
 * Decodes a write's body and admits it as far as that needs no state. A refusal given here holds in any state; what
 * hangs on the kind goes into the prepared write, and is done again if the kind has moved on when its turn comes.
 */
export const prepare = (write: Write, body: Uint8Array, kind: KindDefinition | undefined): Preparation => {
  if (write.verb === 'delete') return prepareDecoded(write, null, kind);
  const decoded = decodeJson(body, write.options?.fieldValidation ?? DEFAULT_FIELD_VALIDATION);
  return decoded.ok ? prepareDecoded(write, decoded.value, kind) : decoded;
};

/** The same for a body that came as a value. */
export const prepareDecoded = (write: Write, body: JsonValue, kind: KindDefinition | undefined): Preparation => {
  const { target } = write;
  const dryRun = write.options?.dryRun === true;
  const fieldValidation = write.options?.fieldValidation ?? DEFAULT_FIELD_VALIDATION;
  const common = { target, dryRun, fieldValidation };
  switch (write.verb) {
    case 'create': {
      if (!isJsonObject(body)) return notAnObject(body);
      const { uid, keepsStatus } = write;
      const chosen = { ...(uid === undefined ? {} : { uid }), ...(keepsStatus === undefined ? {} : { keepsStatus }) };
      const admission = admissionOf(kind, target, { body, fieldValidation, ...chosen });
      return prepared({ ...common, verb: 'create', body, ...chosen, ...admission });
    }
    case 'update': {
      if (!isJsonObject(body)) return notAnObject(body);
      const preconditions = write.preconditions ?? {};
      const early = target.subresource === undefined ? admissionOf(kind, target, { body, fieldValidation }) : {};
      return prepared({ ...common, verb: 'update', body, preconditions, ...early });
    }
    case 'patch': {
      const parsed = parsePatch(write.patchType, body);
      if (!parsed.ok) return parsed;
      const { preconditions = {}, keepsStatus } = write;
      const kept = keepsStatus === undefined ? {} : { keepsStatus };
      return prepared({ ...common, verb: 'patch', patch: parsed.patch, preconditions, ...kept });
    }
    case 'delete': {
      const { preconditions = {}, propagationPolicy } = write;
      return prepared({ ...common, verb: 'delete', preconditions, ...(propagationPolicy && { propagationPolicy }) });
    }
    case 'rollback':
      if (!isJsonObject(body)) return notAnObject(body);
      return prepared({ ...common, verb: 'rollback', toVersion: write.toVersion, past: body });
    default:
      return assertNever(write);
  }
};

const admissionOf = (
  kind: KindDefinition | undefined,
  target: Target,
  sent: SentObject,
): { readonly admission?: Admission } => {
  const found = scopeOf(kind, target);
  return found.ok ? { admission: admitNew(found.scope, sent) } : {};
};

const prepared = (write: (Preparation & { ok: true })['write']): Preparation => ({ ok: true, write });

const notAnObject = (body: JsonValue): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: badRequest(`the body must be a JSON object, not ${Array.isArray(body) ? 'an array' : JSON.stringify(body)}`),
});
