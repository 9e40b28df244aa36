import { strategyOf } from '../core-kinds/strategies.js';
import { admitReplacement } from './admit-replacement.js';
import type { Decision, DecisionContext, ResourceState } from './decision.js';
import { refused } from './outcome.js';
import type { PreparedUpdate } from './prepared-write.js';
import { notFound } from './refusals.js';
import { decideReplacement } from './replace.js';
import { scaledBody } from './scale.js';
import { asServed, scopeOf } from './scope.js';

/** Another state for an object that exists, from a writer who saw the newest one. */
export const decideUpdate = (state: ResourceState, write: PreparedUpdate, context: DecisionContext): Decision => {
  const { target, body, fieldValidation, preconditions } = write;
  const found = scopeOf(state.kind(target.group, target.resource), target);
  if (!found.ok) return refused(found.refusal);
  const { scope } = found;
  const current = state.get(scope.key);
  if (current === undefined) return refused(notFound(scope.subject));

  const { subresource } = target;
  const { scale } = scope.version;
  if (subresource === 'scale' && scale !== undefined) {
    const scaled = scaledBody(asServed(scope, current), body, scale);
    if (!scaled.ok) return refused(scaled.refusal);
    const admission = admitReplacement({ scope, current, body: scaled.body, subresource, fieldValidation });
    const replacement = { scope, current, admission, subresource, preconditions, versionRequired: false };
    return decideReplacement(state, replacement, context);
  }
  // An admission that failed may have missed the stored half of the object, or that the fault is an old one.
  const admission =
    write.admission?.result.ok === true && write.admission.revision === scope.kind.revision
      ? write.admission
      : admitReplacement({ scope, current, body, subresource, fieldValidation });
  const versionRequired = !strategyOf(scope.kind).unconditionalUpdate && preconditions.resourceVersion === undefined;
  return decideReplacement(state, { scope, current, admission, subresource, preconditions, versionRequired }, context);
};
