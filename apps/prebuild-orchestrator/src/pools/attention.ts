/**
 * What has to be looked at again. Nearly every change is about one preset, whose pools can be planned by themselves; what
 * may concern many, or leaves something behind that only a look at everything finds, asks for one.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import { POOL_DECISIONS, PREBUILDS_GROUP, PRESETS, WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import { isDeleting } from '@holdfast/reconcile';
import type { Change, ObjectState } from '@holdfast/reconcile';

import { idBeside } from './pool-objects.js';

/** The ids of presets, or everything. */
export type Scope = 'everything' | readonly string[];

export class Attention {
  private everything = true;
  private readonly presets = new Set<string>();

  note(scope: Scope): void {
    if (scope === 'everything') this.everything = true;
    else for (const preset of scope) this.presets.add(preset);
  }

  /** Gives what was noted, and begins anew. */
  take(): 'everything' | ReadonlySet<string> {
    const taken = this.everything ? 'everything' : new Set(this.presets);
    this.everything = false;
    this.presets.clear();
    return taken;
  }
}

/** What a change asks to look at. */
export const scopeOf = ({ key, before, after }: Change): Scope => {
  if (key.group !== PREBUILDS_GROUP) return 'everything';
  switch (key.resource) {
    case POOL_DECISIONS.resource:
      return [];
    case PRESETS.resource:
      return after === undefined || isDeleting(after) ? 'everything' : [idBeside(key, key.name)];
    case WORKSPACE_CLAIMS.resource:
      return [...presetsIn(key, before), ...presetsIn(key, after)];
    case WORKSPACES.resource:
      // Templates and versions wait for those that go.
      return after === undefined || isDeleting(after) ? 'everything' : presetsIn(key, after);
    default:
      return 'everything';
  }
};

/** A claim names its preset in the spec, or is told it in the status. */
const presetsIn = (key: Change['key'], state: ObjectState | undefined): readonly string[] =>
  ['spec', 'status'].flatMap((member) => {
    const preset = state && stringAt(objectAt(state.object, member), 'preset');
    return preset === undefined ? [] : [idBeside(key, preset)];
  });
