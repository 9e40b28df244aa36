/** What decides beside the schemas: composed here, so that nothing else in the store names a kind of the product. */
import { prebuildRules } from '@holdfast/prebuild';

import { randomIds } from './ids.js';
import type { DecisionGrounds } from './transactor/decide-command.js';

/** The same for every instance, and for both threads that decide. */
export const decisionGrounds: DecisionGrounds = { ids: randomIds, rules: prebuildRules };
