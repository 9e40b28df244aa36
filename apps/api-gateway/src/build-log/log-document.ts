/** `GET <workspace>/log`, for clients that are generated. */
import type { SubresourceDocument } from '@holdfast/resource';

export const logDocument: SubresourceDocument = {
  get: {
    verb: 'read',
    description: 'Tells what the builds of the Workspace print',
    parameters: [
      {
        name: 'build',
        in: 'query',
        description: 'The number of one build alone.',
        schema: { type: 'integer', minimum: 1 },
      },
      {
        name: 'follow',
        in: 'query',
        description: 'Tell it as it is printed, until the newest build ends.',
        schema: { type: 'boolean', default: false },
      },
    ],
    responses: { '200': 'OK' },
  },
};
