/** What a worker answered, if it can be acted on; else everything that is wrong with it, by member. */
import type { AnsweredOutcome } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import { apiVersionOf, done, objectTypeText, retry, stalled, waiting } from '@holdfast/reconcile';
import type { DesiredChild, ObjectState, Outcome } from '@holdfast/reconcile';
import { decodeJson } from '@holdfast/resource';
import { z } from 'zod';

import type { AcceptedReconciler } from './judge-reconcilers.js';

export type Answer =
  | {
      readonly ok: true;
      readonly outcome: Outcome;
      /** Undefined leaves the children alone. */
      readonly children: readonly DesiredChild[] | undefined;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

const MOST_CHILDREN = 1_000;
const MOST_CONDITIONS = 16;
const LONGEST_MESSAGE = 32_768;
const LONGEST_SECONDS = 2_147_483;
const OUTCOMES = 'done, after, waiting, stalled or retry';

const reason = z
  .string()
  .regex(/^[A-Za-z](?:[A-Za-z0-9_,:]{0,1022}[A-Za-z0-9_])?$/, 'must be a CamelCase word, such as DiskFull');
const message = z.string().max(LONGEST_MESSAGE);
/** Less would call a worker again and again without a pause. */
const SHORTEST_SECONDS = 0.1;
const seconds = z.number().min(SHORTEST_SECONDS).max(LONGEST_SECONDS);

const outcomeShape = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('done'), reason: reason.optional(), message: message.optional() }),
    z.strictObject({ kind: z.literal('after'), seconds, reason: reason.optional(), message: message.optional() }),
    z.strictObject({ kind: z.literal('waiting'), seconds: seconds.optional(), reason, message }),
    z.strictObject({ kind: z.literal('stalled'), reason, message }),
    z.strictObject({ kind: z.literal('retry'), message }),
  ],
  { error: ({ input }) => (isJsonObject(input) ? `must be ${OUTCOMES}` : 'must be an object with a kind') },
);

const labels = z.record(z.string(), z.string());
const childShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.strictObject({
    name: z.string().min(1),
    namespace: z.string().optional(),
    labels: labels.optional(),
    annotations: labels.optional(),
  }),
});

/** One of the worker's own, beside the one that follows from the outcome. */
const conditionShape = z.strictObject({
  type: z.string().regex(/^[A-Za-z][A-Za-z0-9._/-]{0,315}$/, 'must be a CamelCase word, such as DiskReady'),
  status: z.enum(['True', 'False', 'Unknown']),
  reason,
  message,
});

const answerShape = z.strictObject({
  outcome: outcomeShape,
  status: z.looseObject({ conditions: z.array(conditionShape).max(MOST_CONDITIONS).optional() }).optional(),
  children: z.array(childShape).max(MOST_CHILDREN).optional(),
});
type AnswerShape = z.output<typeof answerShape>;
type ChildShape = z.output<typeof childShape>;

export const readAnswer = (bytes: Uint8Array, reconciler: AcceptedReconciler, object: ObjectState): Answer => {
  const decoded = decodeJson(bytes, 'Strict');
  if (!decoded.ok) return { ok: false, problems: [`not readable as JSON: ${decoded.refusal.message}`] };
  const parsed = answerShape.safeParse(decoded.value);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(problemText) };
  const { outcome, status, children } = parsed.data;
  const problems = [...statusProblems(parsed.data, reconciler), ...childProblems(children ?? [], reconciler, object)];
  if (problems.length > 0) return { ok: false, problems };
  const observed = status === undefined ? {} : { status: status as JsonObject };
  return {
    ok: true,
    outcome: { ...outcomeOf(outcome), ...observed },
    children: children?.map((child) => desiredChild(child, reconciler)),
  };
};

const outcomeOf = (answered: AnsweredOutcome | AnswerShape['outcome']): Outcome => {
  switch (answered.kind) {
    case 'done':
      return { ...done, ...explanation(answered) };
    case 'after':
      return { kind: 'after', ms: answered.seconds * 1_000, ...explanation(answered) };
    case 'waiting':
      return waiting(
        answered.reason,
        answered.message,
        answered.seconds === undefined ? undefined : answered.seconds * 1_000,
      );
    case 'stalled':
      return stalled(answered.reason, answered.message);
    case 'retry':
      return retry(new Error(answered.message));
  }
};

const explanation = (answered: {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}): { readonly reason: string; readonly message: string } | object =>
  answered.reason === undefined && answered.message === undefined
    ? {}
    : { reason: answered.reason ?? 'Reconciled', message: answered.message ?? '' };

const statusProblems = ({ status }: AnswerShape, { for: kind, spec }: AcceptedReconciler): string[] => {
  if (status === undefined) return [];
  if (!kind.hasStatus) return [`status: ${kind.kind} has no status subresource`];
  const { conditions = [], observedGeneration } = status;
  return [
    ...(observedGeneration === undefined ? [] : [`status.observedGeneration: ${FOLLOWS}`]),
    ...conditions.flatMap(({ type }, i) =>
      type === spec.condition || type === 'Stalled' ? [`status.conditions[${i}]: ${type} ${FOLLOWS}`] : [],
    ),
  ];
};

const FOLLOWS = 'follows from the outcome, and must not be answered';

const childProblems = (
  children: readonly ChildShape[],
  reconciler: AcceptedReconciler,
  object: ObjectState,
): readonly string[] => {
  const seen = new Map<string, number>();
  return children.flatMap((child, i) => {
    const at = `children[${i}]`;
    const kind = kindOf(child, reconciler);
    if (kind === undefined) {
      return [`${at}: ${child.kind} (${child.apiVersion}) is not among spec.owns of the Reconciler`];
    }
    const { name, namespace } = child.metadata;
    const identity = `${objectTypeText(kind)}/${name}`;
    const first = seen.get(identity);
    seen.set(identity, first ?? i);
    return [
      ...(namespace === undefined || namespace === object.key.namespace
        ? []
        : [`${at}.metadata.namespace: must be "${object.key.namespace}", where the object is, not "${namespace}"`]),
      ...(child['status'] === undefined ? [] : [`${at}.status: belongs to the controller of ${kind.kind}`]),
      ...(first === undefined ? [] : [`${at}: ${kind.kind} "${name}" stands at children[${first}] already`]),
    ];
  });
};

const kindOf = (child: ChildShape, { owns }: AcceptedReconciler) =>
  owns.find((kind) => kind.kind === child.kind && apiVersionOf(kind) === child.apiVersion);

const desiredChild = (child: ChildShape, reconciler: AcceptedReconciler): DesiredChild => {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...content } = child;
  const kind = kindOf(child, reconciler);
  if (kind === undefined) throw new TypeError(`${child.kind} was not checked`);
  return {
    kind,
    name: metadata.name,
    content: content as JsonObject,
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
  };
};

const problemText = ({ path, message: text }: z.core.$ZodIssue): string => {
  const member = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return member === '' ? text : `${member.replace(/^\./, '')}: ${text}`;
};
