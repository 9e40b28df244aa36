/** How objects of pools may be called, beside what holds for every name. */
import type { Cause } from '@holdfast/kernel';
import { invalidValue } from '@holdfast/resource';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names that other names, subjects and host names are made of: letters, digits and dashes, and not too many. */
export const checkLabelName = (name: string, longest: number): readonly Cause[] => {
  if (name.length <= longest && LABEL.test(name)) return [];
  const expected = `expected at most ${longest} characters: lower case letters, digits and '-', a letter or digit at either end`;
  return [invalidValue('metadata.name', name, expected)];
};
