/** Whether values fit the parameters that a template version declares. */
import type { Cause } from '@holdfast/kernel';
import { invalidType, invalidValue, requiredValue, unsupportedValue } from '@holdfast/resource';

import type { ParameterDefinition, Parameters, ParameterValue } from '../kinds/objects.js';

export interface Declared {
  /** The template version, for people. */
  readonly version: string;
  readonly parameters: readonly ParameterDefinition[];
}

const FIELD = 'spec.parameters';

/** Every value that has no parameter, or that its parameter does not accept. */
export const checkGiven = (given: Parameters, { version, parameters }: Declared): readonly Cause[] =>
  Object.entries(given).flatMap(([name, value]): readonly Cause[] => {
    const field = `${FIELD}.${name}`;
    const definition = parameters.find((parameter) => parameter.name === name);
    return definition === undefined
      ? [invalidValue(field, value, unknownText(name, { version, parameters }))]
      : checkValue(field, value, definition);
  });

/** Parameters may be called as members that every object has. */
export const givenValue = (given: Parameters, name: string): ParameterValue | undefined =>
  Object.hasOwn(given, name) ? given[name] : undefined;

/** Every parameter without a default that has no value. */
export const checkMissing = (given: Parameters, { version, parameters }: Declared): readonly Cause[] =>
  parameters
    .filter((parameter) => parameter.default === undefined && givenValue(given, parameter.name) === undefined)
    .map(({ name, type }) =>
      requiredValue(`${FIELD}.${name}`, `a ${type}; it has no default in template version "${version}"`),
    );

/** All that keeps a version from taking these values. */
export const checkParameters = (given: Parameters, declared: Declared): readonly Cause[] => [
  ...checkGiven(given, declared),
  ...checkMissing(given, declared),
];

const unknownText = (name: string, { version, parameters }: Declared): string => {
  const known = parameters.map((parameter) => parameter.name);
  const expected = known.length === 0 ? 'it has none' : `expected one of ${known.join(', ')}`;
  return `"${name}" is no parameter of template version "${version}"; ${expected}`;
};

export const checkValue = (
  field: string,
  value: ParameterValue,
  { type, options = [] }: Pick<ParameterDefinition, 'type' | 'options'>,
): readonly Cause[] => {
  // The schema lets any JSON pass here.
  if (typeof value !== type) return [invalidType(field, value, `expected a ${type}, not ${sortOf(value)}`)];
  if (options.length > 0 && !options.includes(value)) return [unsupportedValue(field, value, options)];
  return [];
};

const sortOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
