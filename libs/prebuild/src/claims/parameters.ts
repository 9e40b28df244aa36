/** What a claim asks a workspace to be built with, against what its template's version knows. */
import type { FieldProblem } from '../field-problem.js';
import type { ParameterDefinition, Parameters, ParameterValue } from '../kinds/objects.js';

/** The value that a workspace with these parameters has: what was given, else the default. */
export const valueOf = (
  parameters: Parameters,
  definitions: readonly ParameterDefinition[],
  name: string,
): ParameterValue | undefined =>
  Object.hasOwn(parameters, name)
    ? parameters[name]
    : definitions.find((definition) => definition.name === name)?.default;

/** Every parameter that the version does not know, or not with that value, and every one that it misses. */
export const parameterProblems = (
  parameters: Parameters,
  definitions: readonly ParameterDefinition[],
): readonly FieldProblem[] => [
  ...Object.entries(parameters).flatMap(([name, value]) => valueProblems(name, value, definitions)),
  ...definitions.filter((definition) => isMissing(definition, parameters)).map(({ name }) => missing(name)),
];

const valueProblems = (
  name: string,
  value: ParameterValue,
  definitions: readonly ParameterDefinition[],
): readonly FieldProblem[] => {
  const definition = definitions.find((candidate) => candidate.name === name);
  const problem = (message: string): readonly FieldProblem[] => [
    { field: `parameters.${name}`, value: JSON.stringify(value), message },
  ];
  if (definition === undefined) return problem(`is no parameter of the template's active version`);
  const { type, options = [] } = definition;
  if (typeof value !== type) return problem(`must be a ${type}`);
  if (options.length === 0 || options.includes(value)) return [];
  return problem(`must be one of ${options.map((option) => JSON.stringify(option)).join(', ')}`);
};

const isMissing = (definition: ParameterDefinition, parameters: Parameters): boolean =>
  definition.default === undefined && !Object.hasOwn(parameters, definition.name);

const missing = (name: string): FieldProblem => ({
  field: `parameters.${name}`,
  value: 'nothing',
  message: 'is required: it has no default',
});
