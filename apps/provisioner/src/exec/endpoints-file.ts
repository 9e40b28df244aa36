/** The lines `name=url` that scripts leave; the last line of a name counts. */
import { endpointOf } from '@holdfast/provision';

import { BuildError } from '../driver.js';
import type { Endpoints } from '../driver.js';

/** The former endpoints with those of the text in their place. */
export const readEndpoints = (text: string, former: Endpoints): Endpoints => {
  const lines = text.split('\n').map((line) => line.trim());
  const read = lines.flatMap((line, i) => (line === '' ? [] : [parseLine(line, i)]));
  const byName = new Map([...former, ...read].map((endpoint) => [endpoint.name, endpoint]));
  return [...byName.values()];
};

const parseLine = (line: string, index: number): Endpoints[number] => {
  const equals = line.indexOf('=');
  const endpoint = endpointOf(line.slice(0, Math.max(equals, 0)), line.slice(equals + 1));
  if (endpoint !== undefined) return endpoint;
  const where = `line ${index + 1} of $HOLDFAST_ENDPOINTS`;
  throw new BuildError('InvalidEndpoint', `${where} is no name=url: ${line.slice(0, 200)}`);
};
