import { crdStrategy } from '../crd/crd-strategy.js';
import type { KindDefinition } from '../kind.js';
import { dns1123Subdomain } from '../names/grammar.js';
import { configMapStrategy } from './config-map.js';
import { eventStrategy } from './event.js';
import { namespaceStrategy } from './namespace.js';
import type { KindStrategy } from './strategy.js';

const customStrategy: KindStrategy = { nameRule: dns1123Subdomain, unconditionalUpdate: false };

const strategies: Readonly<Record<string, KindStrategy>> = {
  'namespaces.': namespaceStrategy,
  'configmaps.': configMapStrategy,
  'events.': eventStrategy,
  'customresourcedefinitions.apiextensions.k8s.io': crdStrategy,
};

/** The rules that are particular to a kind; none for the kinds that users declare. */
export const strategyOf = (kind: KindDefinition): KindStrategy =>
  (kind.builtIn ? strategies[`${kind.plural}.${kind.group}`] : undefined) ?? customStrategy;
