/** The gateway's explanation of an object, as far as it is shown. */
import { z } from 'zod';

const objectSchema = z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() });

const writeSchema = z.object({
  resourceVersion: z.string(),
  type: z.string().optional(),
  object: objectSchema.optional(),
});

const runSchema = z.object({
  id: z.string(),
  controller: z.string(),
  recorded: z.boolean(),
  reason: z.string().default(''),
  attempt: z.number().default(0),
  startedAt: z.string().default(''),
  durationMs: z.number().default(0),
  outcome: z
    .object({ kind: z.string(), reason: z.string().optional(), message: z.string().optional() })
    .default({ kind: '' }),
  againInMs: z.number().optional(),
  writes: z.array(writeSchema).default([]),
  moreWrites: z.number().default(0),
});

/** A cause of which no more is known than its version has nothing else. */
const changeSchema = writeSchema.extend({
  time: z.string().optional(),
  actor: z.string().optional(),
  changed: z.array(z.string()).default([]),
  run: runSchema.optional(),
  get cause() {
    return changeSchema.optional();
  },
});

export const explanationSchema = z.object({
  object: objectSchema,
  changes: z.array(changeSchema),
  runs: z.array(runSchema.extend({ cause: changeSchema.optional() })),
});

export type ToldObject = z.output<typeof objectSchema>;
export type ToldWrite = z.output<typeof writeSchema>;
export type ToldRun = z.output<typeof runSchema>;
export type ToldChange = z.output<typeof changeSchema>;
export type Explanation = z.output<typeof explanationSchema>;
