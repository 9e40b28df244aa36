/** Which form of the answer the Accept header asks for. What we can serve is JSON, always; see `Representation`. */
import { refuse } from './status-error.js';
import type { Representation } from './resolved-request.js';

/** One clause of an Accept header: `application/json;as=Table;v=v1;g=meta.k8s.io`. */
export interface AcceptClause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const REMEMBERED = 512;
const remembered = new Map<string, Representation | 'none'>();

/** The form that the client likes best among ours; throws 406 when it takes none of them. */
export const negotiate = (accept: string | undefined): Representation => {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return 'json';
  let found = remembered.get(accept);
  if (found === undefined) {
    found = choose(parseAccept(accept));
    // Clients use a handful of values; a stranger with ever new ones must not fill the memory.
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(accept, found);
  }
  if (found === 'none') throw notAcceptable();
  return found;
};

export const notAcceptable = () =>
  refuse(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;stream=watch',
  );

/** The clauses of an Accept header, best first: by quality, then in the order given. */
export const parseAccept = (accept: string): AcceptClause[] =>
  accept
    .split(',')
    .map(parseClause)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);

/** Whether a clause takes plain `application/json`. */
export const takesJson = (type: string): boolean =>
  type === 'application/json' || type === 'application/*' || type === '*/*';

/** Throws 406 when the client takes no JSON, which is all that a document comes in. */
export const refuseUnlessJson = (accept: string | undefined): void => {
  if (accept === undefined || accept === '') return;
  if (!parseAccept(accept).some(({ type }) => takesJson(type))) throw notAcceptable();
};

const parseClause = (clause: string): AcceptClause & { quality: number } => {
  const [type = '', ...pairs] = clause.split(';').map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value = ''] = pair.split('=');
    parameters.set(name.trim().toLowerCase(), value.trim());
  }
  const quality = Number(parameters.get('q') ?? 1);
  parameters.delete('q');
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 0 : quality };
};

const choose = (clauses: readonly AcceptClause[]): Representation | 'none' => {
  for (const { type, parameters } of clauses) {
    if (!takesJson(type)) continue;
    const stream = parameters.get('stream') ?? '';
    if (stream !== '' && stream !== 'watch') continue;
    const transformed = transformation(parameters);
    if (transformed !== undefined) return transformed;
  }
  return 'none';
};

const transformation = (parameters: ReadonlyMap<string, string>): Representation | undefined => {
  const as = parameters.get('as');
  if (as === undefined) return 'json';
  if (parameters.get('g') !== 'meta.k8s.io') return undefined;
  if (!['v1', 'v1beta1'].includes(parameters.get('v') ?? '')) return undefined;
  if (as === 'Table') return 'table';
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? 'partial' : undefined;
};
