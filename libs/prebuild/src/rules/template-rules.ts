import type { Cause, JsonObject } from '@holdfast/kernel';
import { invalidValue } from '@holdfast/resource';
import type { KindRules } from '@holdfast/resource';

import { TEMPLATES } from '../kinds/template.js';
import { TEMPLATE_VERSIONS } from '../kinds/template-version.js';
import { lookUp, specIn } from './look-up.js';

/** The active version is a version of this template, and one that stays. */
export const templateRules: KindRules = {
  check: ({ key, before, after }, state) => {
    const { activeVersion } = specIn(TEMPLATES, after);
    if (activeVersion === undefined || activeVersion === activeVersionOf(before)) return [];
    const { namespace } = key;
    const version = lookUp(state, TEMPLATE_VERSIONS, { namespace, name: activeVersion });
    const refuse = (detail: string): readonly Cause[] => [invalidValue('spec.activeVersion', activeVersion, detail)];
    if (version === undefined)
      return refuse(`there is no template version "${activeVersion}" in namespace ${namespace}`);
    const { template } = version.spec;
    if (template !== key.name) return refuse(`it is a version of template "${template}", not of "${key.name}"`);
    return version.deleting ? refuse(`template version "${activeVersion}" is being deleted`) : [];
  },
};

const activeVersionOf = (object: JsonObject | undefined): string | undefined =>
  object && specIn(TEMPLATES, object).activeVersion;
