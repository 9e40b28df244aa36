import { objectAt, stringAt } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';
import { strategyOf } from '../core-kinds/strategies.js';
import { invalid } from '../refusal/invalid.js';
import { admitNew, MAX_GENERATED_BASE } from './admission.js';
import { eventOf } from './changes.js';
import type { Decision, DecisionContext, ResourceState } from './decision.js';
import { metadataOf } from './metadata.js';
import type { Metadata } from './metadata.js';
import { refusalWithRules, rulesFor } from './kind-rules.js';
import { accepted, refused, timestampOf } from './outcome.js';
import type { Admission, PreparedCreate } from './prepared-write.js';
import {
  alreadyExists,
  badRequest,
  generatedNamesTaken,
  notFound,
  terminatingKind,
  terminatingNamespace,
} from './refusals.js';
import { scopeOf, withName } from './scope.js';
import type { Scope } from './scope.js';

const MAX_NAMES_TRIED = 8;

/** A new object: of a kind and in a namespace that take new ones, under a name that is free. */
export const decideCreate = (state: ResourceState, write: PreparedCreate, context: DecisionContext): Decision => {
  const found = scopeOf(state.kind(write.target.group, write.target.resource), write.target);
  if (!found.ok) return refused(found.refusal);
  const closed = refuseClosed(state, withName(found.scope, nameSent(write)));
  if (closed !== undefined) return refused(closed);

  const { result } = admissionOf(found.scope, write);
  if (!result.ok) {
    const { key } = withName(found.scope, nameSent(write));
    return refused(refusalWithRules(result, { key }, state, context.rules));
  }
  const sent = metadataOf(result.object);
  if (sent.resourceVersion !== undefined) {
    return refused(badRequest('resourceVersion should not be set on objects to be created'));
  }

  const name = sent.name ?? freeName(state, found.scope, sent.generateName ?? '', context);
  if (name === undefined) {
    return refused(generatedNamesTaken({ ...found.scope.subject, name: sent.generateName ?? '' }));
  }
  const scope = withName(found.scope, name);
  if (state.get(scope.key) !== undefined) return refused(alreadyExists(scope.subject));

  const now = timestampOf(context.now);
  const started = {
    ...result.object,
    metadata: newMetadata(scope, sent, { uid: write.uid ?? context.ids.uid(), now }),
  };
  const object = strategyOf(scope.kind).complete?.(started, { before: undefined, state, now }) ?? started;
  const causes = rulesFor(context.rules, scope.key)?.check?.({ key: scope.key, after: object }, state) ?? [];
  if (causes.length > 0) return refused(invalid(scope.subject, causes));
  return accepted(
    eventOf(scope, { type: 'created', before: undefined, object, changed: [] }),
    'created',
    result.warnings,
  );
};

const refuseClosed = (state: ResourceState, { kind, key, subject }: Scope): Refusal | undefined => {
  if (kind.terminating === true) return terminatingKind();
  if (key.namespace === '') return undefined;
  const namespace = state.get({ group: '', resource: 'namespaces', namespace: '', name: key.namespace });
  if (namespace === undefined) {
    return notFound({ group: '', resource: 'namespaces', kind: 'Namespace', name: key.namespace });
  }
  const isTerminating = metadataOf(namespace.object).deletionTimestamp !== undefined;
  return isTerminating ? terminatingNamespace(subject, key.namespace) : undefined;
};

/** The admission made before the queue, unless the kind has changed since. */
const admissionOf = (scope: Scope, write: PreparedCreate): Admission =>
  write.admission?.revision === scope.kind.revision ? write.admission : admitNew(scope, write);

const nameSent = ({ target, body }: PreparedCreate): string =>
  target.name === '' ? (stringAt(objectAt(body, 'metadata'), 'name') ?? '') : target.name;

const freeName = (
  state: ResourceState,
  scope: Scope,
  generateName: string,
  { ids }: DecisionContext,
): string | undefined => {
  const base = generateName.slice(0, MAX_GENERATED_BASE);
  for (let tries = 0; tries < MAX_NAMES_TRIED; tries++) {
    const name = `${base}${ids.suffix()}`;
    if (state.get({ ...scope.key, name }) === undefined) return name;
  }
  return undefined;
};

/** The members in the order in which they are stored. */
const newMetadata = (
  { key }: Scope,
  { generateName, labels, annotations, ownerReferences, finalizers }: Metadata,
  { uid, now }: { uid: string; now: string },
): Metadata => ({
  name: key.name,
  ...(generateName === undefined ? {} : { generateName }),
  ...(key.namespace === '' ? {} : { namespace: key.namespace }),
  uid,
  generation: 1,
  creationTimestamp: now,
  ...(labels === undefined ? {} : { labels }),
  ...(annotations === undefined ? {} : { annotations }),
  ...(ownerReferences === undefined ? {} : { ownerReferences }),
  ...(finalizers === undefined ? {} : { finalizers }),
});
