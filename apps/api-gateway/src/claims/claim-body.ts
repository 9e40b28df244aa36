/** The body of `POST <preset>/claim`: every member may be missing, and all that is wrong is told at once. */
import type { Cause, JsonObject, JsonValue } from '@holdfast/kernel';
import { isJsonObject, RefusalError } from '@holdfast/kernel';
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import { dns1123Label, invalid, invalidType, invalidValue } from '@holdfast/resource';

import { decodeBody } from '../http/decode-body.js';
import type { RequestContext } from '../http/resolved-request.js';
import { badRequest } from '../http/status-error.js';

export interface ClaimBody {
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly waitSeconds: number;
  readonly parameters: JsonObject;
}

export const MAX_WAIT_SECONDS = 3_600;
export const MAX_OWNER_LENGTH = 1_024;

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

const textOf = (request: Pick<RequestContext, 'body' | 'contentType'>): string => {
  try {
    return decodeBody(request, 'Strict').bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof RefusalError) || error.refusal.reason !== 'BadRequest') throw error;
    // Objects have a version and a kind; a claim has neither.
    const problem = error.refusal.message.replace("couldn't get version/kind; ", '');
    throw badRequest(`the body of the claim cannot be read: ${problem}; ${EXPECTED}`);
  }
};

const subjectOf = (body: JsonValue): { group: string; kind: string; name: string } => {
  const name = isJsonObject(body) ? body['name'] : undefined;
  return { group: PREBUILDS_GROUP, kind: 'WorkspaceClaim', name: typeof name === 'string' ? name : '' };
};

type Check = (value: JsonValue) => readonly Cause[];

const checkName: Check = (name) =>
  typeof name === 'string'
    ? dns1123Label(name).map((complaint) => invalidValue('name', name, complaint))
    : [invalidType('name', name, 'expected a string: what the workspace will be called, such as "my-web"')];

const checkOwner: Check = (owner) =>
  typeof owner === 'string' && owner !== '' && owner.length <= MAX_OWNER_LENGTH
    ? []
    : [invalidType('owner', owner, `expected the name of a user, of 1 to ${MAX_OWNER_LENGTH} characters`)];

const checkWaitSeconds: Check = (seconds) =>
  typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_WAIT_SECONDS
    ? []
    : [invalidValue('waitSeconds', seconds, `expected a whole number from 0 to ${MAX_WAIT_SECONDS}`)];

const checkParameters: Check = (parameters) =>
  isJsonObject(parameters)
    ? Object.entries(parameters)
        .filter(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))
        .map(([name, value]) => invalidType(`parameters.${name}`, value, 'expected a string, a number or a boolean'))
    : [invalidType('parameters', parameters, 'expected an object of values by the names of parameters')];

const CHECKS: ReadonlyMap<string, Check> = new Map([
  ['name', checkName],
  ['owner', checkOwner],
  ['waitSeconds', checkWaitSeconds],
  ['parameters', checkParameters],
]);

const KNOWN = [...CHECKS.keys()].join(', ');
const EXPECTED = `expected an object with any of ${KNOWN}, or no body`;

const problemsOf = (body: JsonValue): readonly Cause[] => {
  if (!isJsonObject(body)) return [notAnObject(body)];
  return Object.entries(body).flatMap(([member, value]): readonly Cause[] => {
    const check = CHECKS.get(member);
    return check === undefined
      ? [invalidValue(member, value, `unknown field; expected only ${KNOWN}`)]
      : check(value ?? null);
  });
};

/** It has no field: it is the body itself. */
const notAnObject = (body: JsonValue): Cause => {
  const { field: _, ...cause } = invalidType('', body, EXPECTED);
  return cause;
};
