/** How an object stands, in one sentence. */
import { z } from 'zod';

import type { Explanation } from './explanation.js';

const stateSchema = z.looseObject({
  metadata: z.looseObject({ deletionTimestamp: z.string().optional() }),
  status: z
    .looseObject({
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
          }),
        )
        .default([]),
    })
    .optional(),
});

/** `state` is the object as it is now; undefined when there is none. */
export const summaryOf = ({ object }: Explanation, state: unknown): string => {
  const { kind, namespace, name } = object;
  const subject = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  if (state === undefined) return `${subject} was deleted`;
  const { metadata, status } = stateSchema.parse(state);
  const leaving = metadata.deletionTimestamp === undefined ? '' : ', and is being deleted';
  const conditions = status?.conditions ?? [];
  const condition = conditions.find(({ type }) => type === 'Ready') ?? conditions.at(-1);
  if (condition === undefined) return `${subject} exists${leaving}`;
  const { type, reason, message } = condition;
  const verb = { True: `is ${type}`, False: `is not ${type}` }[condition.status] ?? `may be ${type} or not`;
  return `${subject} ${verb}${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}${leaving}`;
};
