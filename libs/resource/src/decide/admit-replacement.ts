import type { FieldValidation, Target } from '@holdfast/contracts';
import { assertNever, objectAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { admitObject } from './admission.js';
import type { StoredObject } from './decision.js';
import type { Admission } from './prepared-write.js';
import type { Scope } from './scope.js';

export interface ReplacementBody {
  readonly scope: Scope;
  readonly current: StoredObject;
  /** The object as its writer wants it, with the resourceVersion that the writer saw, if any. */
  readonly body: JsonObject;
  readonly subresource: Target['subresource'];
  /** The status of the body counts, too. */
  readonly keepsStatus?: true;
  readonly fieldValidation: FieldValidation;
}

/** Admits the object that would stand there after the write: the writer's part of the body, the rest as it is. */
export const admitReplacement = (replacement: ReplacementBody): Admission => {
  const { scope, current, fieldValidation } = replacement;
  return admitObject({ scope, object: joined(replacement), fieldValidation, before: current.object });
};

const joined = ({ scope, current, body, subresource, keepsStatus }: ReplacementBody): JsonObject => {
  switch (subresource) {
    case undefined:
      return scope.version.status && keepsStatus !== true ? withMember(body, 'status', current.object) : body;
    case 'status':
      return withMember(storedAround(body, current.object), 'status', body);
    case 'scale':
      return withMember(storedAround(body, current.object), 'spec', body);
    case 'finalize':
      return { ...storedAround(body, current.object), spec: finalizedSpec(body, current.object) };
    default:
      return assertNever(subresource);
  }
};

/** The object with a member taken from another one, where it may be missing. */
export const withMember = (object: JsonObject, member: string, other: JsonObject): JsonObject => {
  if (other[member] !== undefined) return { ...object, [member]: other[member] };
  const { [member]: _gone, ...rest } = object;
  return rest;
};

/** The stored object under the type and identity that the body names, so that a body meant for another is refused. */
const storedAround = (body: JsonObject, stored: JsonObject): JsonObject => {
  const { name, namespace, uid, resourceVersion } = objectAt(body, 'metadata');
  return {
    ...stored,
    apiVersion: body['apiVersion'],
    kind: body['kind'],
    metadata: { ...objectAt(stored, 'metadata'), name, namespace, uid, resourceVersion },
  };
};

const finalizedSpec = (body: JsonObject, stored: JsonObject): JsonObject => ({
  ...objectAt(stored, 'spec'),
  finalizers: objectAt(body, 'spec')['finalizers'] ?? [],
});
