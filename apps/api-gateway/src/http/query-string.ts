/** Query strings as clients of Kubernetes write them: the first value of a parameter counts, as in a Go form. */
import { badRequest } from './status-error.js';

export type Parameters = ReadonlyMap<string, string>;

export const NO_PARAMETERS: Parameters = new Map();

/** The parameters of a URL; throws a refusal on a bad escape. */
export const parseQueryString = (url: string): Parameters => {
  const start = url.indexOf('?') + 1;
  if (start === 0 || start === url.length) return NO_PARAMETERS;
  const parameters = new Map<string, string>();
  for (const pair of url.slice(start).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (!parameters.has(name)) parameters.set(name, equals === -1 ? '' : decode(pair.slice(equals + 1)));
  }
  return parameters;
};

const decode = (text: string): string => {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest(`invalid query: ${JSON.stringify(text)} holds a bad URL escape`);
  }
};
