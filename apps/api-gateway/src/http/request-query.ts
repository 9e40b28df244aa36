/** The query string, checked: every parameter that has a wrong value is named, with what it may be. */
import { parseResourceVersion } from '@holdfast/contracts';
import type { PropagationPolicy } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import type { Cause, JsonValue } from '@holdfast/kernel';
import { forbidden, invalid, invalidValue, tooLong, unsupportedValue } from '@holdfast/resource';

import { parseQueryString } from './query-string.js';
import type { Parameters } from './query-string.js';
import { badRequest } from './status-error.js';
import type { RequestQuery, RequestVerb } from './resolved-request.js';

const NO_QUERY: RequestQuery = {
  labelSelector: '',
  fieldSelector: '',
  limit: undefined,
  continue: '',
  resourceVersion: undefined,
  resourceVersionMatch: undefined,
  at: undefined,
  timeoutSeconds: undefined,
  allowWatchBookmarks: false,
  sendInitialEvents: undefined,
  includeObject: 'Metadata',
  dryRun: false,
  fieldManager: undefined,
  fieldValidation: undefined,
  force: false,
  gracePeriodSeconds: undefined,
  propagationPolicy: undefined,
  orphanDependents: undefined,
  build: undefined,
  follow: false,
};

/** Reads the query of a request that does `verb`; throws a refusal that names the parameter at fault. */
export const parseQuery = (url: string, verb: RequestVerb): RequestQuery => {
  const given = parseQueryString(url);
  if (given.size === 0) return NO_QUERY;
  const query: RequestQuery = {
    labelSelector: given.get('labelSelector') ?? '',
    fieldSelector: given.get('fieldSelector') ?? '',
    limit: integer(given, 'limit'),
    continue: given.get('continue') ?? '',
    resourceVersion: resourceVersion(given),
    resourceVersionMatch: oneOf(given, 'resourceVersionMatch', ['Exact', 'NotOlderThan'], verb),
    at: moment(given),
    timeoutSeconds: integer(given, 'timeoutSeconds'),
    allowWatchBookmarks: flag(given, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: flag(given, 'sendInitialEvents'),
    includeObject: oneOf(given, 'includeObject', ['Metadata', 'Object', 'None'], verb) ?? 'Metadata',
    dryRun: oneOf(given, 'dryRun', ['All'], verb) === 'All',
    fieldManager: fieldManager(given, verb),
    fieldValidation: oneOf(given, 'fieldValidation', ['Ignore', 'Strict', 'Warn'], verb),
    force: flag(given, 'force') ?? false,
    gracePeriodSeconds: integer(given, 'gracePeriodSeconds'),
    propagationPolicy: propagationPolicy(given),
    orphanDependents: flag(given, 'orphanDependents'),
    build: integer(given, 'build'),
    follow: flag(given, 'follow') ?? false,
  };
  const forbidden = forbiddenTogether(query, verb);
  if (forbidden.length > 0) throw invalidOptions(verb, forbidden);
  return query;
};

/** Whether a GET of a collection is a watch; any value but `false` and `0` is a yes. */
export const asksToWatch = (url: string): boolean =>
  url.includes('watch=') && flag(parseQueryString(url), 'watch') === true;

/** The 422 that names the parameters at fault as fields of the options of that verb. */
export const invalidOptions = (verb: RequestVerb, causes: readonly Cause[]): RefusalError =>
  new RefusalError(invalid({ group: 'meta.k8s.io', kind: OPTIONS[verb], name: '' }, causes));

const OPTIONS: Readonly<Record<RequestVerb, string>> = {
  get: 'GetOptions',
  list: 'ListOptions',
  watch: 'ListOptions',
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
};

const integer = (given: Parameters, name: string): number | undefined => {
  const text = given.get(name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`invalid ${name}: ${JSON.stringify(text)} is not an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  return value;
};

const flag = (given: Parameters, name: string): boolean | undefined => {
  const text = given.get(name);
  return text === undefined ? undefined : text !== '0' && text.toLowerCase() !== 'false';
};

const resourceVersion = (given: Parameters): number | undefined => {
  const text = given.get('resourceVersion');
  if (text === undefined || text === '') return undefined;
  const version = text === '0' ? 0 : parseResourceVersion(text);
  if (version === undefined) {
    throw badRequest(
      `invalid resourceVersion: ${JSON.stringify(text)} is not a decimal integer greater than 0 without leading zeros`,
    );
  }
  return version;
};

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

const moment = (given: Parameters): Date | undefined => {
  // A plus sign of an offset arrives as a space when it was not escaped.
  const text = given.get('at')?.replace(/ (\d{2}:\d{2})$/, '+$1');
  if (text === undefined || text === '') return undefined;
  const at = new Date(text);
  if (!RFC_3339.test(text) || Number.isNaN(at.getTime())) {
    throw badRequest(`invalid at: ${JSON.stringify(text)} is not a time as in RFC 3339, such as 2026-01-31T10:00:00Z`);
  }
  return at;
};

const oneOf = <T extends string>(
  given: Parameters,
  name: string,
  allowed: readonly T[],
  verb: RequestVerb,
): T | undefined => {
  const text = given.get(name);
  if (text === undefined || text === '') return undefined;
  const value = allowed.find((candidate) => candidate === text);
  if (value !== undefined) return value;
  throw invalidOptions(verb, [unsupportedValue(name, text, allowed)]);
};

const MAX_FIELD_MANAGER_BYTES = 128;

const fieldManager = (given: Parameters, verb: RequestVerb): string | undefined => {
  const text = given.get('fieldManager');
  if (text === undefined || text === '') return undefined;
  if (Buffer.byteLength(text) > MAX_FIELD_MANAGER_BYTES) {
    throw invalidOptions(verb, [tooLong('fieldManager', MAX_FIELD_MANAGER_BYTES, 'bytes')]);
  }
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(text)) {
    throw invalidOptions(verb, [invalidValue('fieldManager', text, 'should only contain printable characters')]);
  }
  return text;
};

const POLICIES: readonly PropagationPolicy[] = ['Background', 'Foreground', 'Orphan'];

/** The value as a propagation policy; undefined when there is none. */
export const readPropagationPolicy = (text: JsonValue | undefined): PropagationPolicy | undefined => {
  if (text === undefined || text === null || text === '') return undefined;
  const policy = POLICIES.find((candidate) => candidate === text);
  if (policy !== undefined) return policy;
  throw invalidOptions('delete', [unsupportedValue('propagationPolicy', text, POLICIES)]);
};

const propagationPolicy = (given: Parameters): PropagationPolicy | undefined =>
  readPropagationPolicy(given.get('propagationPolicy'));

/** Parameters that are each right and together wrong. */
const forbiddenTogether = (query: RequestQuery, verb: RequestVerb): Cause[] => {
  const causes: Cause[] = [];
  if (query.at !== undefined && query.resourceVersion !== undefined) {
    causes.push(forbidden('at', 'at is forbidden when resourceVersion is provided'));
  }
  if (verb === 'watch') return [...causes, ...forbiddenForWatch(query)];
  if (query.sendInitialEvents !== undefined && verb === 'list') {
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  if (query.resourceVersionMatch === undefined) return causes;
  if (query.resourceVersion === undefined) {
    causes.push(
      forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    );
  }
  if (query.continue !== '') {
    causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (query.resourceVersionMatch === 'Exact' && query.resourceVersion === 0) {
    causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  return causes;
};

const forbiddenForWatch = (query: RequestQuery): Cause[] => {
  const causes: Cause[] = [];
  const { sendInitialEvents, resourceVersionMatch: match } = query;
  if (query.at !== undefined) causes.push(forbidden('at', 'at is forbidden for watch'));
  if (sendInitialEvents === undefined && match !== undefined) {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    causes.push(forbidden('resourceVersionMatch', why));
  }
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    causes.push(forbidden('resourceVersionMatch', why));
  }
  if (match !== undefined && query.continue !== '') {
    causes.push(forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  return causes;
};
