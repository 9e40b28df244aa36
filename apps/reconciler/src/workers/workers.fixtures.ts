/** A kind with children, its Reconciler as it is accepted, and objects of it. */
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import type { JsonObject } from '@holdfast/kernel';
import type { ObjectState } from '@holdfast/reconcile';

import type { AcceptedReconciler } from './judge-reconcilers.js';
import type { KnownKind } from './known-kinds.js';
import type { ReconcilerSpec } from './reconciler-kind.js';

export const GREETINGS: KnownKind = {
  group: 'examples.holdfast.dev',
  version: 'v1',
  resource: 'greetings',
  kind: 'Greeting',
  scope: 'Namespaced',
  hasStatus: true,
  hasGeneration: true,
};
export const CONFIG_MAPS: KnownKind = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
};
export const PHRASES: KnownKind = { ...GREETINGS, resource: 'phrases', kind: 'Phrase' };

export const reconcilerSpec = (spec: Partial<ReconcilerSpec> = {}): ReconcilerSpec => ({
  for: { apiVersion: 'examples.holdfast.dev/v1', kind: 'Greeting' },
  owns: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
  watches: [],
  when: 'GenerationChanged',
  condition: 'Ready',
  concurrency: 4,
  timeoutSeconds: 5,
  backoff: { baseMilliseconds: 10, capSeconds: 1 },
  ...spec,
});

export const acceptedReconciler = (spec: Partial<ReconcilerSpec> = {}): AcceptedReconciler => ({
  name: 'greeting',
  uid: 'uid-of-the-reconciler',
  spec: reconcilerSpec(spec),
  for: GREETINGS,
  owns: [CONFIG_MAPS],
  watches: [{ kind: PHRASES, field: '.spec.phraseName' }],
});

export const stateOf = (
  kind: KnownKind,
  name: string,
  object: { readonly metadata?: JsonObject; readonly [member: string]: unknown } = {},
  version = 1_024,
): ObjectState => {
  const { metadata, ...rest } = object;
  const namespace = kind.scope === 'Namespaced' ? 'default' : '';
  return {
    key: { group: kind.group, resource: kind.resource, namespace, name },
    version,
    object: {
      apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
      kind: kind.kind,
      metadata: { name, ...(namespace === '' ? {} : { namespace }), uid: `uid-of-${name}`, generation: 1, ...metadata },
      ...(rest as JsonObject),
    },
  };
};

/** The schema that is published for workers. */
export const publishedSchema = (name: 'call' | 'answer'): ValidateFunction => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  addFormats.default(ajv);
  const file = new URL(`../../../../docs/reconcile/${name}.schema.json`, import.meta.url);
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
};
