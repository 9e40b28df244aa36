/** The kind of CustomResourceDefinitions themselves. */
import type { JsonObject } from '@holdfast/kernel';
import { coreKind } from '../core-kinds/core-kind.js';
import { flag, integer, list, object, text, texts, time } from '../core-kinds/schemas.js';
import type { KindDefinition } from '../kind.js';
import { PRINTER_COLUMN_TYPES } from './check-crd.js';
import { CRD_GROUP, CRD_RESOURCE } from './crd-object.js';

const names = (description: string): JsonObject =>
  object(description, {
    plural: text('The name in URLs, lower case: `racks`.'),
    singular: text('The name for one, lower case; the kind in lower case when it is missing.'),
    shortNames: texts('Shorter names for the command line.'),
    kind: text('The kind of its objects, in CamelCase: `Rack`.'),
    listKind: text('The kind of its lists; the kind and `List` when it is missing.'),
    categories: texts('Groups of kinds that the command line can ask for together, such as `all`.'),
  });

const scale = object(
  'Where /scale reads and writes.',
  {
    specReplicasPath: text('The path of the wanted number, under .spec.'),
    statusReplicasPath: text('The path of the number there is, under .status.'),
    labelSelectorPath: text('The path of the selector of what is counted, under .spec or .status.'),
  },
  ['specReplicasPath', 'statusReplicasPath'],
);

const printerColumn = object(
  'A column of `kubectl get`.',
  {
    name: text('The heading.'),
    type: text('What it shows.', { enum: PRINTER_COLUMN_TYPES }),
    format: text('A hint about the form of the value.'),
    description: text('What the column means.'),
    priority: integer('Columns above 0 are shown with -o wide only.'),
    jsonPath: text('The path of its value in the object.'),
  },
  ['name', 'type', 'jsonPath'],
);

const version = object(
  'One version of the kind.',
  {
    name: text('Its name in URLs, such as `v1` or `v1beta1`.'),
    served: flag('Whether clients can use it.'),
    storage: flag('Whether objects are stored in it; exactly one version is.'),
    deprecated: flag('Whether its users are warned.'),
    deprecationWarning: text('The warning, when it is not the usual one.'),
    schema: object('What its objects look like.', {
      openAPIV3Schema: {
        type: 'object',
        description: 'A structural OpenAPI v3 schema.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
    }),
    subresources: object('The subresources it has.', {
      status: {
        type: 'object',
        description: 'Present when /status exists: then status is written there alone.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
      scale,
    }),
    additionalPrinterColumns: list('The columns of `kubectl get`, after the name.', printerColumn),
    selectableFields: list(
      'The fields that field selectors can name, at most 8.',
      object('A field.', { jsonPath: text('Its path in the object.') }, ['jsonPath']),
    ),
  },
  ['name', 'served', 'storage'],
);

const condition = object(
  'One observation.',
  {
    type: text('What was observed: NamesAccepted, Established, Terminating.'),
    status: text('True, False or Unknown.'),
    lastTransitionTime: time('When the status last changed.'),
    reason: text('Why, in one word.'),
    message: text('Why, in a sentence.'),
  },
  ['type', 'status'],
);

const schema = object(
  'A kind of objects, declared: its names, its versions and what its objects look like.',
  {
    spec: object(
      'The kind as it is wanted.',
      {
        group: text('The API group, a domain with at least one dot: `inventory.holdfast.dev`.'),
        names: names('What the kind is called.'),
        scope: text('Whether its objects live in namespaces.', { enum: ['Cluster', 'Namespaced'] }),
        versions: list('Its versions.', version),
        conversion: {
          ...object('How objects go from one version to another.', {
            strategy: text('None: only apiVersion changes.'),
            webhook: {
              type: 'object',
              description: 'Who converts objects; not supported.',
              'x-kubernetes-preserve-unknown-fields': true,
            },
          }),
          default: { strategy: 'None' },
        },
        preserveUnknownFields: flag('Must be false: unknown fields are pruned.'),
      },
      ['group', 'names', 'scope', 'versions'],
    ),
    status: object('What came of it.', {
      conditions: list('The observations.', condition, {
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
      }),
      acceptedNames: names('The names under which the kind is served.'),
      storedVersions: texts('Every version in which objects may be stored.'),
    }),
  },
  ['spec'],
);

export const crdKind: KindDefinition = coreKind({
  group: CRD_GROUP,
  kind: 'CustomResourceDefinition',
  plural: CRD_RESOURCE,
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema,
  status: true,
  printerColumns: [
    { name: 'Created At', type: 'string', format: 'date-time', jsonPath: '.metadata.creationTimestamp' },
  ],
});
