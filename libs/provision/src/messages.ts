/**
 * What orchestrator and provisioners say to each other, in JSON. docs/provision-protocol.md tells the rules; the JSON
 * Schemas beside it are made of these shapes.
 */
import { z } from 'zod';

const MOST_ENDPOINTS = 32;
const LONGEST_MESSAGE = 4_096;

const name = z.string().min(1).max(253);
const seconds = z.number().int().positive();
const script = z.string();
const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

export const transitionShape = z.enum(['start', 'stop', 'delete', 'claim']);

export const jobShape = z
  .object({
    namespace: name,
    name: name.describe('Of the Workspace.'),
    uid: name.describe('Of the Workspace: another one may have its name by now.'),
    build: z.number().int().positive().describe('Grows with each build of the workspace.'),
    transition: transitionShape,
  })
  .describe('A job: a reference only; what is to be done is asked for by `begin`.');

export const endpointShape = z.object({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label, such as web'),
  url: z.url().max(2_048),
});

export const beginShape = z
  .object({
    job: jobShape,
    worker: name.describe('Which process asks; the same one reports.'),
    attempt: z.number().int().positive().describe("How often the job was delivered, by JetStream's count."),
  })
  .describe('The request to hf.provision.begin.');

const execShape = z.object({
  create: script.optional(),
  start: script.optional(),
  stop: script.optional(),
  claim: script.optional(),
  delete: script.optional(),
});

const containerShape = z.object({
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  ports: z
    .array(z.object({ name: endpointShape.shape.name, containerPort: z.number().int().min(1).max(65_535) }))
    .optional(),
  memory: z.string().optional(),
  cpus: z.string().optional(),
  claimCommand: z.array(z.string()).optional(),
});

const readinessShape = z.object({
  command: z.array(z.string()).optional(),
  tcp: z.object({ endpoint: z.string() }).optional(),
  http: z.object({ endpoint: z.string(), path: z.string() }).optional(),
  periodSeconds: z.number().positive(),
});

export const workShape = z
  .object({
    job: jobShape,
    owner: z.string().describe('`prebuilds` until somebody has claimed it.'),
    workspaceName: name.describe("What its owner calls it; the object's name until it is claimed."),
    claim: z.object({ name, uid: name }).optional().describe('Whose hook runs, in a build of transition claim.'),
    provisioner: z.object({
      name,
      exec: execShape.optional(),
      container: containerShape.optional(),
      config: z.record(z.string(), z.unknown()).optional(),
    }),
    parameters: z.record(z.string(), parameterValue).describe('With the defaults of the template version.'),
    readiness: readinessShape.optional().describe('Exactly one of command, tcp and http.'),
    timeouts: z.object({
      createSeconds: seconds,
      readySeconds: seconds,
      claimSeconds: seconds,
      stopSeconds: seconds,
      deleteSeconds: seconds,
    }),
    endpoints: z.array(endpointShape).describe('What was reported before.'),
    deadline: z.iso.datetime().describe('Without a final report some time after it, the build counts as failed.'),
  })
  .describe('All that a worker is told of a build.');

export const refusalReasonShape = z.enum(['gone', 'claimed', 'superseded', 'finished', 'cancelled', 'malformed']);

const refusedShape = z.object({
  accepted: z.literal(false),
  reason: refusalReasonShape,
  message: z.string(),
});

export const beginAnswerShape = z
  .discriminatedUnion('accepted', [z.object({ accepted: z.literal(true), work: workShape }), refusedShape])
  .describe('The answer to begin.');

export const reportShape = z
  .object({
    job: jobShape,
    worker: name,
    status: z
      .enum(['running', 'ready', 'interrupted', 'succeeded', 'failed', 'cancelled'])
      .describe(
        'The last three are final. `running` says that the worker lives, `ready` that it can be used already, ' +
          '`interrupted` that the worker stops and gives the build back.',
      ),
    endpoints: z.array(endpointShape).max(MOST_ENDPOINTS).optional(),
    reason: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9]{0,127}$/, 'must be a CamelCase word, such as ScriptFailed')
      .optional(),
    message: z.string().max(LONGEST_MESSAGE).optional(),
  })
  .refine(({ status, reason }) => status !== 'failed' || reason !== undefined, {
    message: 'a failed build needs a reason',
    path: ['reason'],
  })
  .describe('The request to hf.provision.report.');

export const reportAnswerShape = z
  .discriminatedUnion('accepted', [z.object({ accepted: z.literal(true) }), refusedShape])
  .describe('The answer to a report; a refused one has changed nothing.');

export const outputShape = z
  .object({
    time: z.iso.datetime(),
    uid: name.describe('Of the Workspace.'),
    stream: z.enum(['stdout', 'stderr', 'note']).describe('`note`: said by the provisioner itself.'),
    text: z.string().describe('Whole lines, as far as there are any.'),
    end: z.literal(true).optional().describe('The last message of the build.'),
  })
  .describe('A message of the stream HOLDFAST_OUTPUT, on hf.out.<namespace>.<workspace>.<build>.');

export type Job = z.output<typeof jobShape>;
export type BeginRequest = z.output<typeof beginShape>;
export type Work = z.output<typeof workShape>;
export type BeginAnswer = z.output<typeof beginAnswerShape>;
export type BuildReport = z.output<typeof reportShape>;
export type ReportAnswer = z.output<typeof reportAnswerShape>;
export type RefusalOfBuild = z.output<typeof refusedShape>;
export type OutputMessage = z.output<typeof outputShape>;
