import type { JsonObject } from '@holdfast/kernel';
import { applyPatch } from '../patch/apply-patch.js';
import { admitReplacement } from './admit-replacement.js';
import type { Decision, DecisionContext, ResourceState, StoredObject } from './decision.js';
import { metadataOf } from './metadata.js';
import { refused } from './outcome.js';
import type { Admission, PreparedPatch } from './prepared-write.js';
import { notFound, strategicPatchOfCustomKind, unfitPatch } from './refusals.js';
import { decideReplacement } from './replace.js';
import { apiVersionOf, scopeOf } from './scope.js';
import type { Scope } from './scope.js';

/** A change to the newest state of an object; a patch that names a resourceVersion counts for that one only. */
export const decidePatch = (state: ResourceState, write: PreparedPatch, context: DecisionContext): Decision => {
  const { target, preconditions } = write;
  const found = scopeOf(state.kind(target.group, target.resource), target);
  if (!found.ok) return refused(found.refusal);
  const { scope } = found;
  if (write.patch.type === 'strategic' && !scope.kind.builtIn) return refused(strategicPatchOfCustomKind());
  const current = state.get(scope.key);
  if (current === undefined) return refused(notFound(scope.subject));

  const admission = admitPatched(scope, current, write);
  const { subresource } = target;
  return decideReplacement(
    state,
    { scope, current, admission, subresource, preconditions, versionRequired: false },
    context,
  );
};

const admitPatched = (scope: Scope, current: StoredObject, write: PreparedPatch): Admission => {
  const patched = applyPatch(asServed(scope, current), write.patch);
  if (!patched.ok) {
    const refusal = unfitPatch(scope.subject, patched.problem, patched.field);
    return { revision: scope.kind.revision, result: { ok: false, refusal } };
  }
  const { fieldValidation, target } = write;
  return admitReplacement({ scope, current, body: patched.object, subresource: target.subresource, fieldValidation });
};

/** The object as its reader sees it, whom the patch was written for. */
const asServed = ({ kind, version }: Scope, { object, version: newest }: StoredObject): JsonObject => ({
  ...object,
  apiVersion: apiVersionOf(kind, version),
  metadata: { ...metadataOf(object), resourceVersion: String(newest) },
});
