/**
 * Deletes the objects of a kind whose CustomResourceDefinition is going away, then lets the definition go. Definitions
 * of its group that could not have their names are looked at again whenever another one changes.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import { conditionsOf, done, finalizersOf, isDeleting, waiting, watchFor, watchMapped } from '@holdfast/reconcile';
import type {
  Change,
  ObjectReader,
  ObjectState,
  ObjectType,
  Outcome,
  ReconcilerDefinition,
  Run,
} from '@holdfast/reconcile';

import { apiVersionOf, deleteAll, removeFinalizer, wentThrough } from './writes.js';

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export const kindLifecycle: ReconcilerDefinition = {
  name: 'kind-lifecycle',
  watches: [
    watchFor(DEFINITIONS),
    watchMapped(DEFINITIONS, (change, read) => nameless(read, groupOf(change)).map(({ key }) => key)),
    watchMapped('any', ({ key, after }, read) => (after === undefined ? goingDefinition(key, read) : [])),
  ],
  reconcile: async (run) => {
    const definition = run.read.get(run.key);
    if (definition === undefined) return done;
    if (!isDeleting(definition)) return isNameless(definition) ? askAgain(run, definition) : done;
    if (!finalizersOf(definition).includes(CLEANUP)) return done;
    const type = definedType(definition);
    const outcome = await deleteAll(run, run.read.list(type));
    if (outcome.kind === 'retry') return outcome;
    const left = run.read.list(type).length;
    if (left > 0) return waiting('InstancesRemain', `${left} objects wait for their finalizers`);
    return removeFinalizer(run, definition, CLEANUP);
  },
};

const definedType = (definition: ObjectState): ObjectType => {
  const spec = objectAt(definition.object, 'spec');
  return { group: stringAt(spec, 'group') ?? '', resource: stringAt(objectAt(spec, 'names'), 'plural') ?? '' };
};

const goingDefinition = ({ group, resource }: ObjectType, read: ObjectReader) => {
  const definition = read.get({ ...DEFINITIONS, namespace: '', name: `${resource}.${group}` });
  return definition !== undefined && isDeleting(definition) ? [definition.key] : [];
};

/** The store decides about names with every write, also with one that changes nothing itself. */
const askAgain = async (run: Run, definition: ObjectState): Promise<Outcome> =>
  wentThrough(await run.write.patch(definition.key, apiVersionOf(definition), {}));

const nameless = (read: ObjectReader, group: string): readonly ObjectState[] =>
  read.list(DEFINITIONS).filter((definition) => definedType(definition).group === group && isNameless(definition));

const isNameless = ({ object }: ObjectState): boolean =>
  conditionsOf(objectAt(object, 'status')).some(
    (condition) => condition['type'] === 'NamesAccepted' && condition['status'] === 'False',
  );

/** A definition is called `<plural>.<group>`. */
const groupOf = ({ key }: Change): string => key.name.slice(key.name.indexOf('.') + 1);
