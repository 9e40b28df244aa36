/** The handlers that read collections and the past, put together. */
import type { CommandSender } from '@holdfast/command-client';
import type { Logger } from '@holdfast/nest-platform';

import type { BuildOutputs } from './build-log/build-outputs.js';
import { logHandler } from './build-log/log-handler.js';
import { confirmedEnd } from './commands/confirmed-end.js';
import type { RunRecords } from './explain/run-records.js';
import { whyHandler } from './explain/why-handler.js';
import { historyHandler } from './history/history-handler.js';
import { pastHandler } from './history/past-handler.js';
import { rollbackHandler } from './history/rollback-handler.js';
import { transactionHandler } from './history/transaction-handler.js';
import type { WireParts } from './http/compose-wire.js';
import type { KindRegistry } from './kinds/kind-registry.js';
import { deleteCollection } from './lists/delete-collection.js';
import { listHandler } from './lists/list-handler.js';
import type { ReadModelsReader } from './lists/read-models-reader.js';
import { watchHandler } from './watch/watch-handler.js';
import type { WatchHub } from './watch/watch-hub.js';

export interface CollectionParts {
  readonly commands: CommandSender;
  readonly registry: KindRegistry;
  readonly hub: WatchHub;
  readonly reader: ReadModelsReader;
  readonly runs: RunRecords;
  readonly outputs: BuildOutputs;
  readonly logger: Logger;
}

export const composeCollections = ({
  commands,
  registry,
  hub,
  reader,
  runs,
  outputs,
  logger,
}: CollectionParts): Pick<WireParts, 'collections' | 'transactions'> => {
  const endOfLog = confirmedEnd(commands);
  return {
    collections: {
      list: listHandler(reader),
      watch: watchHandler({
        hub,
        reader,
        confirmedEnd: endOfLog,
        random: Math.random,
        onFailure: (error, { requestID }) => logger.warn({ err: error, requestID }, 'a watch was cut off'),
      }),
      deletecollection: deleteCollection({ reader, commands }),
      history: historyHandler(reader),
      why: whyHandler({
        reader,
        runs,
        onFailure: (error) => logger.warn({ err: error }, 'the records of runs cannot be read'),
      }),
      log: logHandler(outputs, commands),
      past: pastHandler(reader),
      rollback: rollbackHandler({ reader, commands }),
    },
    transactions: transactionHandler({ commands, kinds: registry, confirmedEnd: endOfLog }),
  };
};
