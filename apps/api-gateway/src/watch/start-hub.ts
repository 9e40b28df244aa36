import type { CommandClient } from '@holdfast/command-client';
import type { Commit } from '@holdfast/contracts';
import type { CommitLog } from '@holdfast/log';
import type { Logger } from '@holdfast/nest-platform';
import type { Registry } from 'prom-client';

import { definitionName, isDefinition } from '../kinds/kind-registry.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import { resourceName } from './commit-ring.js';
import { WatchHub } from './watch-hub.js';
import { watchMetrics } from './watch-metrics.js';

/** The gateway's one follower of the log: besides the watches it keeps the kinds and knows who the transactor is. */
export const startHub = async (
  log: CommitLog,
  kinds: KindRegistry,
  commands: CommandClient,
  metrics: Registry,
  logger: Logger,
): Promise<WatchHub> => {
  const hub: WatchHub = await WatchHub.start({
    log,
    metrics: watchMetrics(metrics),
    onCommit: (commit) => {
      kinds.apply(commit);
      commands.observe(commit.header);
      for (const { group, plural } of removedKinds(commit)) hub.closeResource(resourceName(group, plural));
    },
    onFailure: (error) => logger.warn({ err: error }, 'a watch was cut off'),
    // Without the log nothing that this gateway knows is sure any more: it begins anew.
    onLost: (error) => {
      throw error;
    },
  });
  return hub;
};

const removedKinds = ({ events }: Commit) =>
  events
    .filter((event) => isDefinition(event) && event.record.type === 'deleted')
    .map(({ record }) => definitionName(record.name));
