/** The log itself, read as an operator does: the oracle of what happened and in which order. */
import { connect } from '@nats-io/transport-node';

import type { Commit, LogEvent } from '@holdfast/contracts';
import { JetStreamCommitLog } from '@holdfast/log';
import { natsConnectionOptions } from '@holdfast/nest-platform';
import type { TestStack } from '@holdfast/testing';

/** Every commit so far, in order. */
export const readLog = async ({ stack }: TestStack): Promise<readonly Commit[]> => {
  const nc = await connect(natsConnectionOptions(stack.describe().nats));
  const ended = new AbortController();
  try {
    const log = await JetStreamCommitLog.open({ nc, replicas: 1, create: false, sync: { trust: true } });
    try {
      const [end, commits]: [number, Commit[]] = [await log.end(), []];
      for await (const commit of log.follow({ after: 0, signal: ended.signal })) {
        commits.push(commit);
        if (commit.sequence >= end) break;
      }
      return commits;
    } finally {
      ended.abort();
      log.close();
    }
  } finally {
    await nc.close();
  }
};

/** The events of one resource in one namespace, in order. */
export const eventsOf = async (
  test: TestStack,
  resource: string,
  namespace = 'default',
): Promise<readonly LogEvent[]> =>
  (await readLog(test))
    .flatMap(({ events }) => events)
    .filter(({ record }) => record.resource === resource && record.namespace === namespace);
