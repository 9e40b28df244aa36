/**
 * JSON paths as CustomResourceDefinitions use them for columns and selectable fields: `.spec.size`, `.a['b.c']`,
 * `.metadata.annotations.example\.dev/owner`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `[?(@.type=="Ready")].status`.
 * No recursive descent and no scripts, so that a look is linear in the object.
 */
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';

  constructor(path: string, problem: string) {
    super(`${JSON.stringify(path)} is not a JSON path that is understood here: ${problem}`);
  }
}

/** Every value at the path, in document order; empty when there is none. */
export type JsonPath = (object: JsonObject) => readonly JsonValue[];

type Step = (value: JsonValue) => readonly JsonValue[];

/** Compiles a path; throws JsonPathError naming what is not understood. */
export const compileJsonPath = (path: string): JsonPath => {
  const steps = parseSteps(path);
  return (object) => steps.reduce<readonly JsonValue[]>((values, step) => values.flatMap(step), [object]);
};

const MEMBER = /^\.((?:\\.|[^.[\]\\\s])+)/;
const QUOTED = /^\[(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\]/;
const INDEX = /^\[(-?\d{1,9})\]/;
const SLICE = /^\[(-?\d{1,9})?:(-?\d{1,9})?\]/;
const ALL = /^(?:\[\*\]|\.\*)/;
const FILTER =
  /^\[\?\(\s*@((?:\.(?:\\.|[^.[\\\s=!<>)])+)+)\s*(==|!=)\s*(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|(-?\d+(?:\.\d+)?|true|false))\s*\)\]/;

const parseSteps = (path: string): readonly Step[] => {
  const steps: Step[] = [];
  let rest = path;
  while (rest !== '') {
    const parsed = parseStep(rest);
    if (parsed === undefined) throw new JsonPathError(path, `at ${JSON.stringify(rest)}`);
    steps.push(parsed.step);
    rest = rest.slice(parsed.length);
  }
  if (steps.length === 0) throw new JsonPathError(path, 'it is empty');
  return steps;
};

const parseStep = (rest: string): { readonly step: Step; readonly length: number } | undefined => {
  const all = ALL.exec(rest);
  if (all !== null) return { step: everyItem, length: all[0].length };
  const member = MEMBER.exec(rest) ?? QUOTED.exec(rest);
  if (member !== null) return { step: memberOf(unescape(member[1] ?? member[2] ?? '')), length: member[0].length };
  const index = INDEX.exec(rest);
  if (index !== null) return { step: itemAt(Number(index[1])), length: index[0].length };
  const slice = SLICE.exec(rest);
  if (slice !== null) return { step: itemsBetween(slice), length: slice[0].length };
  const filter = FILTER.exec(rest);
  return filter === null ? undefined : { step: itemsWhere(filter), length: filter[0].length };
};

const unescape = (text: string): string => text.replace(/\\(.)/g, '$1');

const memberOf =
  (name: string): Step =>
  (value) => {
    const found = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    return found === undefined ? [] : [found];
  };

const itemAt =
  (index: number): Step =>
  (value) =>
    isList(value) ? value.slice(index, index === -1 ? undefined : index + 1) : [];

const itemsBetween =
  ([, from = '0', to]: RegExpExecArray): Step =>
  (value) =>
    isList(value) ? value.slice(Number(from), to === undefined ? undefined : Number(to)) : [];

const everyItem: Step = (value) => {
  if (isList(value)) return value;
  return isJsonObject(value) ? Object.values(value).filter((item) => item !== undefined) : [];
};

const itemsWhere = ([, path = '', operator, double, single, bare]: RegExpExecArray): Step => {
  const steps = parseSteps(path);
  const quoted = double ?? single;
  const expected: JsonValue = quoted === undefined ? (JSON.parse(bare ?? 'null') as JsonValue) : unescape(quoted);
  return (value) =>
    isList(value)
      ? value.filter((item) => {
          const [found] = steps.reduce<readonly JsonValue[]>((values, step) => values.flatMap(step), [item]);
          return (found === expected) === (operator === '==');
        })
      : [];
};

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
