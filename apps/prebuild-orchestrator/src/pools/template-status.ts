/** What a template says of its pools, and which version they had before. */
import { jsonEquals } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { millisecondsOf } from '@holdfast/prebuild';
import type { Instant } from '@holdfast/prebuild';
import { conditionsOf, setCondition } from '@holdfast/reconcile';
import type { Observation } from '@holdfast/reconcile';

import { previousVersionOf } from './facts-of.js';
import type { StoredTemplate } from './pool-objects.js';

/** The status to write; undefined when the present one says the same. `left` are workspaces of its pools. */
export const templateStatus = (template: StoredTemplate, left: number, now: Instant): JsonObject | undefined => {
  const current = template.state.object['status'] as JsonObject | undefined;
  const { activeVersion } = template.spec;
  const previousVersion = previousVersionOf(template);
  const observation = { ...active(template, left), observedGeneration: template.generation };
  const status: JsonObject = {
    ...current,
    observedGeneration: template.generation,
    // Without an active version the last one is remembered: its instances are of a version that was replaced.
    ...(activeVersion === undefined ? {} : { activeVersion }),
    ...(previousVersion === undefined || activeVersion === undefined ? {} : { previousVersion }),
    conditions: setCondition(conditionsOf(current), observation, new Date(millisecondsOf(now))),
  };
  return jsonEquals(status, current) ? undefined : status;
};

const active = ({ deleting, spec }: StoredTemplate, left: number): Omit<Observation, 'observedGeneration'> => {
  const say = (status: Observation['status'], reason: string, message: string) => ({
    type: 'Active',
    status,
    reason,
    message,
  });
  if (deleting) return say('False', 'Draining', `${left} workspaces of its pools are left`);
  if ((spec.deprecated ?? '') !== '') return say('False', 'Deprecated', spec.deprecated ?? '');
  if (spec.activeVersion === undefined) return say('False', 'NoActiveVersion', 'no version is named');
  return say('True', 'Active', `its pools are filled with ${spec.activeVersion}`);
};
