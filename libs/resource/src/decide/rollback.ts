import { qualifiedResource } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { invalidValue } from '../refusal/causes.js';
import { invalid } from '../refusal/invalid.js';
import { admitReplacement } from './admit-replacement.js';
import type { Decision, DecisionContext, ResourceState } from './decision.js';
import { refused } from './outcome.js';
import type { PreparedRollback } from './prepared-write.js';
import { notFound } from './refusals.js';
import { decideReplacement } from './replace.js';
import { apiVersionOf, scopeOf } from './scope.js';
import type { Scope } from './scope.js';

/** The spec as it once was; metadata and status stay as they are. */
export const decideRollback = (state: ResourceState, write: PreparedRollback, context: DecisionContext): Decision => {
  const { target, past, toVersion, fieldValidation } = write;
  const found = scopeOf(state.kind(target.group, target.resource), target);
  if (!found.ok) return refused(found.refusal);
  const { scope } = found;
  const current = state.get(scope.key);
  if (current === undefined) return refused(notFound(scope.subject));
  if (!isServed(scope, past['apiVersion'])) {
    const gone = `the object was then stored as ${JSON.stringify(past['apiVersion'])}, which ${qualifiedResource(scope.kind.group, scope.kind.plural)} no longer serves`;
    return refused(invalid(scope.subject, [invalidValue('toResourceVersion', String(toVersion), gone)]));
  }

  const body = withSpecOf(past, { ...current.object, apiVersion: apiVersionOf(scope.kind, scope.version) });
  const admission = admitReplacement({ scope, current, body, subresource: undefined, fieldValidation });
  return decideReplacement(
    state,
    { scope, current, admission, subresource: undefined, preconditions: {}, versionRequired: false },
    context,
  );
};

const isServed = ({ kind }: Scope, apiVersion: unknown): boolean =>
  kind.versions.some((version) => version.served && apiVersionOf(kind, version) === apiVersion);

/** Of the present object what no spec is, of the past one the rest. */
const withSpecOf = (past: JsonObject, present: JsonObject): JsonObject => {
  const { apiVersion: _v, kind: _k, metadata: _m, status: _s, ...spec } = past;
  const { apiVersion, kind, metadata, status } = present;
  return { apiVersion, kind, metadata, ...spec, ...(status === undefined ? {} : { status }) };
};
