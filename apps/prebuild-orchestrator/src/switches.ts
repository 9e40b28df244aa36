import type { ObjectKey } from '@holdfast/contracts';
import { SYSTEM_NAMESPACE } from '@holdfast/control-loop';
import { objectAt } from '@holdfast/kernel';
import type { ObjectReader } from '@holdfast/reconcile';

/** The ConfigMap that holds what is so for all pools: `paused: "true"` stops creates and deletes, not claims. */
export const SWITCHES: ObjectKey = {
  group: '',
  resource: 'configmaps',
  namespace: SYSTEM_NAMESPACE,
  name: 'prebuilds',
};

export const isSystemPaused = (read: Pick<ObjectReader, 'get'>): boolean => {
  const switches = read.get(SWITCHES);
  return switches !== undefined && objectAt(switches.object, 'data')['paused'] === 'true';
};
