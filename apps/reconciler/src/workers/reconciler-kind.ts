/** The kind `Reconciler`: what a worker registers, and within which bounds. */
import type { JsonObject } from '@holdfast/kernel';
import type { Kind } from '@holdfast/reconcile';

export interface KindReference {
  readonly apiVersion: string;
  readonly kind: string;
}

/** As the schema below leaves it: defaults are filled in. */
export interface ReconcilerSpec {
  readonly for: KindReference;
  readonly owns: readonly KindReference[];
  readonly watches: readonly (KindReference & { readonly wakes: { readonly field: string } })[];
  readonly when: 'Always' | 'GenerationChanged';
  readonly condition: string;
  readonly finalizer?: string;
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  readonly backoff: { readonly baseMilliseconds: number; readonly capSeconds: number };
}

export const RECONCILERS: Kind<ReconcilerSpec> = {
  group: 'holdfast.dev',
  version: 'v1',
  resource: 'reconcilers',
  kind: 'Reconciler',
};

const MOST_KINDS = 16;

const kindReference = {
  apiVersion: {
    type: 'string',
    maxLength: 317,
    pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?v[a-z0-9]+$',
    description: 'Group and version, such as apps.example.com/v1; v1 for the core group.',
  },
  kind: { type: 'string', maxLength: 63, pattern: '^[A-Za-z]([A-Za-z0-9]*)$' },
};
const required = ['apiVersion', 'kind'];

const specSchema = {
  type: 'object',
  required: ['for'],
  properties: {
    for: { type: 'object', description: 'The kind that is reconciled.', required, properties: kindReference },
    owns: {
      type: 'array',
      description: 'Kinds of children. A change of a child calls the worker for the object that controls it.',
      maxItems: MOST_KINDS,
      default: [],
      items: { type: 'object', required, properties: kindReference },
    },
    watches: {
      type: 'array',
      description: 'Kinds that the object names. A change of one calls the worker for all objects that name it.',
      maxItems: MOST_KINDS,
      default: [],
      items: {
        type: 'object',
        required: [...required, 'wakes'],
        properties: {
          ...kindReference,
          wakes: {
            type: 'object',
            required: ['field'],
            properties: {
              field: {
                type: 'string',
                maxLength: 256,
                pattern: String.raw`^(\.[A-Za-z_][A-Za-z0-9_-]*)+$`,
                description: 'Where the object holds the name, or a list of names: .spec.templateName, for example.',
              },
            },
          },
        },
      },
    },
    when: {
      type: 'string',
      enum: ['Always', 'GenerationChanged'],
      default: 'GenerationChanged',
      description:
        'Which changes of the object itself count. GenerationChanged leaves out those of metadata and status.',
    },
    condition: {
      type: 'string',
      maxLength: 316,
      pattern: '^[A-Za-z][A-Za-z0-9._/-]*$',
      not: { enum: ['Stalled'] },
      default: 'Ready',
      description: 'The type of the condition that sums up in the status of the object; Stalled stands beside it.',
    },
    finalizer: {
      type: 'string',
      maxLength: 317,
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
      description: 'Holds an object that is to be deleted until the worker answers done for it.',
    },
    concurrency: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 4,
      description: 'Calls at once, of different objects, from each replica of the reconciler.',
    },
    timeoutSeconds: {
      type: 'integer',
      minimum: 1,
      maximum: 3_600,
      default: 30,
      description: 'How long a worker has to answer.',
    },
    backoff: {
      type: 'object',
      description: 'How long an object waits after a failure: base × 2ⁿ, up to the cap.',
      default: {},
      properties: {
        baseMilliseconds: { type: 'integer', minimum: 1, maximum: 60_000, default: 100 },
        capSeconds: { type: 'integer', minimum: 1, maximum: 86_400, default: 300 },
      },
    },
  },
};

const statusSchema = {
  type: 'object',
  properties: {
    observedGeneration: { type: 'integer' },
    subject: { type: 'string', description: 'Where workers are called.' },
    objects: { type: 'integer', description: 'Objects of the kind, as of the last look.' },
    ready: { type: 'integer', description: 'Objects whose condition is True.' },
    lastProblem: {
      type: 'object',
      description: 'The newest of the objects whose condition is False.',
      properties: {
        object: { type: 'string' },
        reason: { type: 'string' },
        message: { type: 'string' },
        since: { type: 'string' },
      },
    },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'],
        properties: {
          type: { type: 'string' },
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: { type: 'integer' },
          lastTransitionTime: { type: 'string', format: 'date-time' },
          reason: { type: 'string' },
          message: { type: 'string' },
        },
      },
    },
  },
};

const column = (name: string, type: string, jsonPath: string): JsonObject => ({ name, type, jsonPath });
const conditionColumn = (type: string): JsonObject =>
  column(type, 'string', `.status.conditions[?(@.type=="${type}")].status`);

export const RECONCILER_DEFINITION: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${RECONCILERS.resource}.${RECONCILERS.group}` },
  spec: {
    group: RECONCILERS.group,
    scope: 'Cluster',
    names: {
      kind: RECONCILERS.kind,
      listKind: 'ReconcilerList',
      plural: RECONCILERS.resource,
      singular: 'reconciler',
    },
    versions: [
      {
        name: RECONCILERS.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          column('For', 'string', '.spec.for.kind'),
          conditionColumn('Accepted'),
          conditionColumn('Available'),
          column('Objects', 'integer', '.status.objects'),
          column('Ready', 'integer', '.status.ready'),
          column('Age', 'date', '.metadata.creationTimestamp'),
        ],
        schema: {
          openAPIV3Schema: {
            description: 'Says for which kind the reconciler calls a worker over NATS, and when.',
            type: 'object',
            required: ['spec'],
            properties: { spec: specSchema, status: statusSchema },
          },
        },
      },
    ],
  },
};
