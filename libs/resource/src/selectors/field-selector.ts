/**
 * The grammar of field selectors: `path=value`, `path==value`, `path!=value`, joined by commas.
 * In a value a backslash keeps `\`, `,` and `=` from being read as syntax.
 */
import type { Refusal } from '@holdfast/kernel';
import { kindVersion } from '../kind.js';
import type { KindDefinition } from '../kind.js';
import { refuseSelector } from './selector.js';
import type { ParsedSelector, SelectorRequirement } from './selector.js';

export const parseFieldSelector = (text: string): ParsedSelector => {
  const requirements: SelectorRequirement[] = [];
  for (const term of splitTerms(text)) {
    const operator = /!=|==|=/.exec(term);
    if (operator === null) return refuseSelector(`invalid selector: '${text}'; can't understand '${term}'`);
    const value = unescape(term.slice(operator.index + operator[0].length));
    if (!value.ok) return refuseSelector(`invalid field selector: ${value.problem}`);
    requirements.push({
      key: term.slice(0, operator.index),
      operator: operator[0] === '!=' ? 'NotIn' : 'In',
      values: [value.text],
    });
  }
  return { ok: true, requirements };
};

/** The terms between commas that no backslash keeps, without the empty ones. */
const splitTerms = (text: string): readonly string[] =>
  [...text.matchAll(/(?:\\[^]|[^,\\]|\\$)+/g)].map(([term]) => term);

const unescape = (text: string): { ok: true; text: string } | { ok: false; problem: string } => {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '=') return { ok: false, problem: `unescaped character in value: ${char}` };
    if (char !== '\\') {
      result += char;
      continue;
    }
    i += 1;
    const escaped = text.charAt(i);
    if (escaped === '' || !'\\,='.includes(escaped)) {
      return { ok: false, problem: `invalid escape sequence: \\${escaped}` };
    }
    result += escaped;
  }
  return { ok: true, text: result };
};

/** The field that a selectable path of a kind is selected by: `spec.color` for `.spec.color`. */
export const fieldLabel = (selectableField: string): string => selectableField.replace(/^\./, '');

/** Whether a kind can be selected by a field: by its name, its namespace, and what it declares. */
export const fieldLabelSupported = (kind: KindDefinition, version: string, label: string): boolean => {
  if (label === 'metadata.name') return true;
  if (label === 'metadata.namespace') return kind.scope === 'Namespaced';
  return kindVersion(kind, version)?.selectableFields.some((path) => fieldLabel(path) === label) ?? false;
};

/** Refuses the first field that the kind cannot be selected by. */
export const refuseFieldLabels = (
  kind: KindDefinition,
  version: string,
  requirements: readonly SelectorRequirement[],
): Refusal | undefined => {
  const unknown = requirements.find(({ key }) => !fieldLabelSupported(kind, version, key));
  if (unknown === undefined) return undefined;
  return { reason: 'BadRequest', message: `field label not supported: ${unknown.key}` };
};
