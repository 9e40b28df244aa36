/** The body of `POST <preset>/claim`: every member may be missing, and all that is wrong is told at once. */
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { isJsonObject, RefusalError } from '@holdfast/kernel';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import { dns1123Label, forbidden, invalid, invalidType, invalidValue } from '@holdfast/resource';

import { decodeBody } from '../http/decode-body.js';
import type { RequestContext } from '../http/resolved-request.js';

export interface ClaimBody {
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly waitSeconds: number;
  readonly parameters: JsonObject;
}

const MAX_WAIT_SECONDS = 3_600;

/** Throws a refusal that names each member that is unknown or cannot be accepted. */
export const readClaimBody = (request: Pick<RequestContext, 'body' | 'contentType'>): ClaimBody => {
  const body = request.body.length === 0 ? {} : (JSON.parse(textOf(request)) as JsonValue);
  const causes = problemsOf(body);
  if (!isJsonObject(body) || causes.length > 0) throw new RefusalError(invalid(subjectOf(body), causes));
  const { name, owner, waitSeconds = 0, parameters = {} } = body;
  return {
    name: typeof name === 'string' ? name : undefined,
    owner: typeof owner === 'string' ? owner : undefined,
    waitSeconds: Number(waitSeconds),
    parameters: isJsonObject(parameters) ? parameters : {},
  };
};

const textOf = (request: Pick<RequestContext, 'body' | 'contentType'>): string =>
  decodeBody(request, 'Strict').bytes.toString('utf8');

const subjectOf = (body: JsonValue): { group: string; kind: string; name: string } => {
  const name = isJsonObject(body) ? body['name'] : undefined;
  return { group: PREBUILDS_GROUP, kind: 'WorkspaceClaim', name: typeof name === 'string' ? name : '' };
};

type Check = (value: JsonValue) => readonly Cause[];

const checkName: Check = (name) =>
  typeof name === 'string'
    ? dns1123Label(name).map((complaint) => invalidValue('name', name, complaint))
    : [invalidType('name', name, 'must be a string')];

const checkOwner: Check = (owner) =>
  typeof owner === 'string' && owner !== '' ? [] : [invalidType('owner', owner, 'must be a string that is not empty')];

const checkWaitSeconds: Check = (seconds) =>
  typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_WAIT_SECONDS
    ? []
    : [invalidValue('waitSeconds', seconds, `must be a whole number from 0 to ${MAX_WAIT_SECONDS}`)];

const checkParameters: Check = (parameters) =>
  isJsonObject(parameters)
    ? Object.entries(parameters)
        .filter(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))
        .map(([name, value]) =>
          invalidType(`parameters.${name}`, value as JsonValue, 'must be a string, a number or a boolean'),
        )
    : [invalidType('parameters', parameters, 'must be an object of values by name')];

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['name', checkName],
  ['owner', checkOwner],
  ['waitSeconds', checkWaitSeconds],
  ['parameters', checkParameters],
]);

const problemsOf = (body: JsonValue): readonly Cause[] => {
  if (!isJsonObject(body)) return [{ reason: 'FieldValueTypeInvalid', message: 'the body must be an object' }];
  return Object.entries(body).flatMap(([member, value]) => {
    const check = CHECKS.get(member);
    if (check === undefined) return [forbidden(member, `unknown field; known are ${[...CHECKS.keys()].join(', ')}`)];
    return check(value as JsonValue);
  });
};
