import { crdKind } from '../crd/crd-kind.js';
import type { KindDefinition } from '../kind.js';
import { configMapKind } from './config-map.js';
import { eventKind } from './event.js';
import { leaseKind } from './lease.js';
import { namespaceKind } from './namespace.js';

/** The kinds that are there without a CustomResourceDefinition. */
export const coreKinds: readonly KindDefinition[] = [configMapKind, crdKind, eventKind, leaseKind, namespaceKind];
