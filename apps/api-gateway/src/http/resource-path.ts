/**
 * The paths under /api and /apis. `/api/v1` is the core group; namespaces are themselves objects, so that
 * `/api/v1/namespaces/a` is one and `/api/v1/namespaces/a/configmaps` a collection in it.
 */
import { badRequest, noSuchPath } from './status-error.js';
import { speaksOfNamespace } from './subresources.js';

export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly name: string;
  readonly subresource: string;
}

/** Reads the path part of a URL; throws a refusal when it can lead to no object and no collection. */
export const parseResourcePath = (path: string): ResourcePath => {
  const segments = decodeSegments(path);
  if (segments[1] === 'api') return inGroup('', segments[2], segments, 3);
  if (segments[1] === 'apis') return inGroup(segments[2] ?? '', segments[3], segments, 4);
  throw noSuchPath();
};

/** The path of a URL, without its query. */
export const pathOf = (url: string): string => {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
};

const decodeSegments = (path: string): string[] => {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  if (!path.includes('%')) return segments;
  return segments.map(decodeSegment);
};

const decodeSegment = (segment: string): string => {
  try {
    const decoded = decodeURIComponent(segment);
    if (decoded.includes('/')) throw badRequest(`invalid path segment ${JSON.stringify(segment)}: it contains a slash`);
    return decoded;
  } catch (error) {
    if (error instanceof URIError) throw badRequest(`invalid path segment ${JSON.stringify(segment)}: bad URL escape`);
    throw error;
  }
};

const inGroup = (group: string, version: string | undefined, segments: readonly string[], at: number): ResourcePath => {
  const first = segments[at];
  if (!version || !first) throw noSuchPath();
  if (first === 'namespaces' && segments.length - at >= 3 && !isOfNamespace(group, segments[at + 2] as string)) {
    return place(group, version, segments[at + 1] as string, segments, at + 2);
  }
  return place(group, version, '', segments, at);
};

const isOfNamespace = (group: string, next: string): boolean => group === '' && speaksOfNamespace(next);

const place = (
  group: string,
  version: string,
  namespace: string,
  segments: readonly string[],
  at: number,
): ResourcePath => {
  const [resource, name = '', subresource = '', ...rest] = segments.slice(at);
  if (rest.length > 0 || segments.indexOf('', 1) !== -1) throw noSuchPath();
  return { group, version, namespace, resource: resource as string, name, subresource };
};
