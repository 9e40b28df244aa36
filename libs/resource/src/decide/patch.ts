import type { Refusal } from '@holdfast/kernel';
import { applyPatch } from '../patch/apply-patch.js';
import { scaleOf } from '../scale/scale.js';
import { admitReplacement } from './admit-replacement.js';
import type { Decision, DecisionContext, ResourceState, StoredObject } from './decision.js';
import { refused } from './outcome.js';
import type { Admission, PreparedPatch } from './prepared-write.js';
import { notFound, strategicPatchOfCustomKind, unfitPatch } from './refusals.js';
import { decideReplacement } from './replace.js';
import { scaledBody } from './scale.js';
import { asServed, scopeOf } from './scope.js';
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
    { scope, current, admission, subresource, preconditions, versionRequired: false, ...keptStatus(write) },
    context,
  );
};

const admitPatched = (scope: Scope, current: StoredObject, write: PreparedPatch): Admission => {
  const { fieldValidation, target } = write;
  const { subresource } = target;
  const refusedBy = (refusal: Refusal): Admission => ({
    revision: scope.kind.revision,
    result: { ok: false, refusal },
  });
  const { scale } = scope.version;
  const isScale = subresource === 'scale' && scale !== undefined;
  const served = asServed(scope, current);
  const patched = applyPatch(isScale ? scaleOf(served, scale) : served, write.patch);
  if (!patched.ok) return refusedBy(unfitPatch(scope.subject, patched.problem, patched.field));
  const meant = isScale ? scaledBody(served, patched.object, scale) : { ok: true as const, body: patched.object };
  if (!meant.ok) return refusedBy(meant.refusal);
  return admitReplacement({ scope, current, body: meant.body, subresource, fieldValidation, ...keptStatus(write) });
};

const keptStatus = ({ keepsStatus }: PreparedPatch): Pick<PreparedPatch, 'keepsStatus'> =>
  keepsStatus === undefined ? {} : { keepsStatus };
