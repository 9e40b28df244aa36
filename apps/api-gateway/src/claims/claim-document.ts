/** `POST <preset>/claim`, for clients that are generated. */
import { PREBUILDS_GROUP } from '@holdfast/prebuild';
import { openApiRef, openApiSchemaName } from '@holdfast/resource';
import type { SubresourceDocument } from '@holdfast/resource';

import { MAX_OWNER_LENGTH, MAX_WAIT_SECONDS } from './claim-body.js';

const REQUEST = 'dev.holdfast.v1.ClaimRequest';
const RESULT = 'dev.holdfast.v1.ClaimResult';

const pooled = (kind: string) => openApiRef(openApiSchemaName(PREBUILDS_GROUP, 'v1', kind));

export const claimDocument: SubresourceDocument = {
  post: {
    verb: 'claim',
    description: 'Hands out a workspace of the Preset: one that is ready, else one that is built',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'The same key with the same body finds the same claim; with another body it is refused.',
        schema: { type: 'string', maxLength: 255 },
      },
    ],
    requestSchema: REQUEST,
    responses: { '200': 'It was claimed before.', '201': 'Created' },
    responseSchema: RESULT,
  },
  schemas: {
    [REQUEST]: {
      type: 'object',
      description: 'What is asked for; every member may be missing.',
      additionalProperties: false,
      properties: {
        name: {
          type: 'string',
          maxLength: 63,
          description: 'What the workspace is called, and the name of the claim.',
        },
        owner: {
          type: 'string',
          minLength: 1,
          maxLength: MAX_OWNER_LENGTH,
          description: 'Who gets it; without one, who asks.',
        },
        waitSeconds: {
          type: 'integer',
          minimum: 0,
          maximum: MAX_WAIT_SECONDS,
          default: 0,
          description: 'How long to wait for one that is starting, before one is built for this claim alone.',
        },
        parameters: {
          type: 'object',
          additionalProperties: { oneOf: ['string', 'number', 'boolean'].map((type) => ({ type })) },
          description: "Values of parameters beside the preset's, by name.",
        },
      },
    },
    [RESULT]: {
      type: 'object',
      description: 'What became of a claim.',
      required: ['apiVersion', 'kind', 'outcome', 'claim', 'workspace'],
      properties: {
        apiVersion: { type: 'string', enum: ['holdfast.dev/v1'] },
        kind: { type: 'string', enum: ['ClaimResult'] },
        outcome: {
          type: 'string',
          enum: ['created', 'known'],
          description: 'Whether the claim was made by this call, or was there before.',
        },
        claim: pooled('WorkspaceClaim'),
        workspace: {
          allOf: [pooled('Workspace')],
          nullable: true,
          description: 'Null while the claim waits, and when its workspace was deleted.',
        },
      },
    },
  },
};
