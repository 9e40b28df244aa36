/** Bodies become JSON bytes here (YAML has before); what leaves is well-formed and free of duplicate keys. */
import type { FieldValidation } from '@holdfast/contracts';
import { RefusalError } from '@holdfast/kernel';
import { decodeJson, scanJson } from '@holdfast/resource';

import { decodeProtobuf } from '../protobuf/decode-protobuf.js';
import { ProtobufError } from '../protobuf/wire-reader.js';
import { badRequest, refuse } from './status-error.js';
import type { RequestContext } from './resolved-request.js';
import { YAML_TYPE } from './yaml-reader.js';

export const MAX_BODY_BYTES = 3 * 1024 * 1024;

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

export interface DecodedBody {
  readonly bytes: Buffer;
  readonly warnings: readonly string[];
}

type Body = Pick<RequestContext, 'body' | 'contentType'>;

/** The object in the body as JSON bytes. A body without a media type is JSON; `kubectl scale` sends such. */
export const decodeBody = (request: Body, fieldValidation: FieldValidation | undefined): DecodedBody => {
  const { body, contentType } = request;
  if (body.length === 0) throw badRequest('the body of the request is empty: an object was expected');
  switch (contentType) {
    case '':
    case 'application/json':
      return decodeJsonBody(body, fieldValidation);
    case PROTOBUF:
      return decodeProtobufBody(body, fieldValidation);
    default:
      throw unsupportedMediaType(['application/json', YAML_TYPE, PROTOBUF]);
  }
};

/**
 * JSON bytes as they came. A key that stands twice is a mistake that nobody can guess right: it is refused, unless the
 * client says that it wants a warning (`Warn`) or nothing (`Ignore`); then the last one counts.
 */
export const decodeJsonBody = (body: Buffer, fieldValidation: FieldValidation | undefined): DecodedBody => {
  const scan = scanJson(body);
  if (scan.ok && scan.duplicates.length === 0) return { bytes: body, warnings: [] };
  const decoded = decodeJson(body, fieldValidation ?? 'Strict');
  if (!decoded.ok) throw new RefusalError(decoded.refusal);
  return { bytes: Buffer.from(JSON.stringify(decoded.value)), warnings: decoded.warnings };
};

export const unsupportedMediaType = (accepted: readonly string[]): RefusalError =>
  refuse(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );

const decodeProtobufBody = (body: Buffer, fieldValidation: FieldValidation | undefined): DecodedBody => {
  try {
    return decodeJsonBody(Buffer.from(JSON.stringify(decodeProtobuf(body))), fieldValidation);
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(`the protobuf body cannot be read: ${error.message}`);
    throw error;
  }
};
