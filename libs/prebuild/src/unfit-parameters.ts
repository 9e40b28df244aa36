/** What a preset's parameters lack for the version that is active now: a template may have made another one active since. */
import { causeText } from '@holdfast/resource';

import type { Parameters } from './kinds/objects.js';
import { checkParameters } from './rules/parameters.js';
import type { Declared } from './rules/parameters.js';

/** Each problem by its field, with its value and what is accepted; none when the version takes them all. */
export const unfitParameters = (given: Parameters, declared: Declared): readonly string[] =>
  checkParameters(given, declared).map(causeText);
