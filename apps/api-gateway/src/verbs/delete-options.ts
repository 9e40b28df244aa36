/** DeleteOptions, from the body or from the query; gracePeriodSeconds is accepted, since nothing here takes time to stop. */
import type { Preconditions, PropagationPolicy } from '@holdfast/contracts';
import { isJsonObject, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { invalidValue, unsupportedValue } from '@holdfast/resource';

import { decodeBody } from '../http/decode-body.js';
import { invalidOptions, readPropagationPolicy } from '../http/request-query.js';
import type { RequestQuery, ResolvedRequest } from '../http/resolved-request.js';
import { badRequest } from '../http/status-error.js';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly preconditions: Preconditions | undefined;
  readonly propagationPolicy: PropagationPolicy | undefined;
}

/** What a DELETE asks for. A body counts alone, but for dryRun: a dry run named anywhere deletes nothing. */
export const deleteOptionsOf = (request: ResolvedRequest): DeleteOptions => {
  const { query } = request;
  const given = request.body.length === 0 ? undefined : optionsIn(request);
  if (given === undefined) {
    const { dryRun } = query;
    return { dryRun, preconditions: undefined, propagationPolicy: policyOf(query.propagationPolicy, query) };
  }
  return {
    dryRun: dryRunIn(given) || query.dryRun,
    preconditions: preconditionsIn(given),
    propagationPolicy: policyOf(readPropagationPolicy(given['propagationPolicy']), {
      orphanDependents: optional(given, 'orphanDependents', 'boolean'),
      gracePeriodSeconds: optional(given, 'gracePeriodSeconds', 'number'),
    }),
  };
};

const optionsIn = (request: ResolvedRequest): JsonObject => {
  const options = JSON.parse(decodeBody(request, 'Ignore').bytes.toString('utf8')) as JsonValue;
  if (!isJsonObject(options)) throw badRequest('the body of a DELETE must be a DeleteOptions object');
  const { kind = 'DeleteOptions' } = options;
  if (kind !== 'DeleteOptions') {
    throw badRequest(`the body of a DELETE must be a DeleteOptions object, not a ${JSON.stringify(kind)}`);
  }
  return options;
};

const dryRunIn = (options: JsonObject): boolean => {
  const { dryRun } = options;
  if (dryRun === undefined || dryRun === null) return false;
  if (!Array.isArray(dryRun)) throw badRequest('dryRun: a list was expected');
  const values: readonly JsonValue[] = dryRun;
  const wrong = values.find((value) => value !== 'All');
  if (wrong !== undefined) throw invalidOptions('delete', [unsupportedValue('dryRun', wrong, ['All'])]);
  return values.length > 0;
};

const preconditionsIn = (options: JsonObject): Preconditions | undefined => {
  const preconditions = objectAt(options, 'preconditions');
  const uid = optional(preconditions, 'uid', 'string');
  const resourceVersion = optional(preconditions, 'resourceVersion', 'string');
  if (uid === undefined && resourceVersion === undefined) return undefined;
  return { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
};

/** `orphanDependents` is the old form of the policy: naming both is naming two policies. */
const policyOf = (
  policy: PropagationPolicy | undefined,
  { orphanDependents, gracePeriodSeconds }: Pick<RequestQuery, 'orphanDependents' | 'gracePeriodSeconds'>,
): PropagationPolicy | undefined => {
  const causes: Cause[] = [];
  if (policy !== undefined && orphanDependents !== undefined) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    causes.push(invalidValue('propagationPolicy', policy, why));
  }
  if (gracePeriodSeconds !== undefined && gracePeriodSeconds < 0) {
    causes.push(invalidValue('gracePeriodSeconds', gracePeriodSeconds, 'must be greater than or equal to 0'));
  }
  if (causes.length > 0) throw invalidOptions('delete', causes);
  if (orphanDependents === undefined) return policy;
  return orphanDependents ? 'Orphan' : 'Background';
};

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

const optional = <T extends keyof Types>(object: JsonObject, name: string, type: T): Types[T] | undefined => {
  const value: unknown = object[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw badRequest(`${name}: a ${type} was expected, not ${JSON.stringify(value)}`);
  return value as Types[T];
};
