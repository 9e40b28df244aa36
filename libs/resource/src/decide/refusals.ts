/** Refusals in the words that Kubernetes clients know; users and scripts match on them. */
import { qualifiedResource } from '@holdfast/kernel';
import type { Cause, Refusal, RefusalDetails } from '@holdfast/kernel';

/** The object that a refusal speaks of. */
export interface Subject {
  readonly group: string;
  /** The plural. */
  readonly resource: string;
  /** The Kind, for Invalid. */
  readonly kind: string;
  readonly name: string;
}

export const badRequest = (message: string): Refusal => ({ reason: 'BadRequest', message });

/** The group, version, resource or subresource is not served. */
export const unknownResource = (): Refusal => ({
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

export const notFound = (subject: Subject): Refusal => ({
  reason: 'NotFound',
  message: `${quoted(subject)} not found`,
  details: detailsOf(subject),
});

export const alreadyExists = (subject: Subject): Refusal => ({
  reason: 'AlreadyExists',
  message: `${quoted(subject)} already exists`,
  details: detailsOf(subject),
});

/** Every name tried for a generateName was taken. */
export const generatedNamesTaken = (subject: Subject): Refusal => ({
  reason: 'AlreadyExists',
  message: `${quoted(subject)} already exists, the server was not able to generate a unique name for the object`,
  details: { ...detailsOf(subject), retryAfterSeconds: 1 },
});

export const conflict = (subject: Subject, problem: string): Refusal => ({
  reason: 'Conflict',
  message: `Operation cannot be fulfilled on ${quoted(subject)}: ${problem}`,
  details: detailsOf(subject),
});

/** The resourceVersion that the writer saw is not the newest. */
export const modified = (subject: Subject): Refusal =>
  conflict(subject, 'the object has been modified; please apply your changes to the latest version and try again');

export const forbiddenTo = (subject: Subject, problem: string, causes?: readonly Cause[]): Refusal => ({
  reason: 'Forbidden',
  message: `${quoted(subject)} is forbidden: ${problem}`,
  details: { ...detailsOf(subject), ...(causes === undefined ? {} : { causes }) },
});

export const terminatingNamespace = (subject: Subject, namespace: string): Refusal =>
  forbiddenTo(subject, `unable to create new content in namespace ${namespace} because it is being terminated`, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);

export const terminatingKind = (): Refusal => ({
  reason: 'MethodNotAllowed',
  message: 'create not allowed while custom resource definition is terminating',
});

/** A patch that is well-formed but does not fit the object. */
export const unfitPatch = (subject: Subject, problem: string, field: string): Refusal => ({
  reason: 'Invalid',
  message: `the server rejected our request due to an error in our request: ${problem}`,
  details: {
    ...detailsOf(subject),
    causes: [{ reason: 'UnexpectedServerResponse', message: problem, ...(field === '' ? {} : { field }) }],
  },
});

export const strategicPatchOfCustomKind = (): Refusal => ({
  reason: 'UnsupportedMediaType',
  message:
    'the body of the request was in an unknown format - accepted media types include: ' +
    'application/json-patch+json, application/merge-patch+json',
});

export const tooLarge = (message: string): Refusal => ({ reason: 'RequestEntityTooLarge', message });

const quoted = ({ group, resource, name }: Subject): string => `${qualifiedResource(group, resource)} "${name}"`;

const detailsOf = ({ group, resource, name }: Subject): RefusalDetails => ({
  name,
  ...(group === '' ? {} : { group }),
  kind: resource,
});
