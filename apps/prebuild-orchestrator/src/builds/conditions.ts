import type { Condition } from '@holdfast/prebuild';

/** What has conditions: a Workspace, or the WorkspaceClaim that it is for. */
interface Conditioned {
  readonly metadata: { readonly generation?: number };
  readonly status: { readonly conditions?: readonly Condition[] };
}

export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The conditions with these in the place of their former ones; a time of transition changes with the status alone. */
export const withConditions = (
  { metadata, status: { conditions = [] } }: Conditioned,
  news: readonly NewCondition[],
  now: Date,
): readonly Condition[] => {
  const others = conditions.filter(({ type }) => !news.some((condition) => condition.type === type));
  const set = news.map((condition) => {
    const former = conditions.find(({ type }) => type === condition.type);
    const lastTransitionTime = former?.status === condition.status ? former.lastTransitionTime : timeText(now);
    const { generation } = metadata;
    return {
      ...condition,
      lastTransitionTime,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  });
  return [...others, ...set];
};

/** RFC 3339 to the millisecond. */
export const timeText = (time: Date): string => time.toISOString();
