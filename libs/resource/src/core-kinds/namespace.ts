import { objectAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';
import { metadataOf } from '../decide/metadata.js';
import type { KindDefinition } from '../kind.js';
import { dns1123Label } from '../names/grammar.js';
import { list, object, text, texts, time } from './schemas.js';
import type { KindStrategy, Surroundings } from './strategy.js';
import { coreKind } from './core-kind.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';
const FINALIZER = 'kubernetes';
const UNDELETABLE: readonly string[] = ['default', 'kube-system', 'kube-public', 'holdfast-system'];

const schema = object('A namespace: a place for names. Deleting it deletes all that is in it.', {
  spec: object('What the namespace is held by.', {
    finalizers: texts('Who must act before a deleted namespace goes; set through /finalize.'),
  }),
  status: object('What the namespace is at present.', {
    phase: text('Active, or Terminating once its deletion was asked for.', { enum: ['Active', 'Terminating'] }),
    conditions: list(
      'How far the deletion has come.',
      object(
        'One observation.',
        {
          type: text('What was observed.'),
          status: text('True, False or Unknown.'),
          lastTransitionTime: time('When the status last changed.'),
          reason: text('Why, in one word.'),
          message: text('Why, in a sentence.'),
        },
        ['type', 'status'],
      ),
      { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
    ),
  }),
});

export const namespaceKind: KindDefinition = coreKind({
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  schema,
  status: true,
  printerColumns: [
    { name: 'Status', type: 'string', description: 'The status of the namespace', jsonPath: '.status.phase' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  selectableFields: ['.status.phase'],
});

const complete = (namespace: JsonObject, { before, subresource }: Surroundings): JsonObject => {
  const metadata = metadataOf(namespace);
  const labels = { ...metadata.labels, [NAME_LABEL]: metadata.name ?? '' };
  const spec = objectAt(subresource === 'finalize' || before === undefined ? namespace : before.object, 'spec');
  const phase = metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating';
  return {
    ...namespace,
    metadata: { ...metadata, labels },
    spec: before === undefined ? { ...spec, finalizers: withFinalizer(spec['finalizers']) } : spec,
    status: { ...objectAt(namespace, 'status'), phase },
  };
};

const withFinalizer = (finalizers: JsonValue | undefined): readonly JsonValue[] => {
  const named = Array.isArray(finalizers) ? (finalizers as readonly JsonValue[]) : [];
  return named.includes(FINALIZER) ? named : [...named, FINALIZER];
};

export const namespaceStrategy: KindStrategy = {
  nameRule: dns1123Label,
  unconditionalUpdate: true,
  complete,
  undeletable: (namespace) =>
    UNDELETABLE.includes(metadataOf(namespace).name ?? '') ? 'this namespace may not be deleted' : undefined,
  terminating: (namespace) => ({
    ...namespace,
    status: { ...objectAt(namespace, 'status'), phase: 'Terminating' },
  }),
  holds: (namespace) => {
    const { finalizers } = objectAt(namespace, 'spec');
    return Array.isArray(finalizers) && finalizers.length > 0;
  },
};
