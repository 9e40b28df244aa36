/** What the stream must be, and how one that is there differs from it. */
import { LOG_STREAM, LOG_SUBJECT } from '@holdfast/contracts';
import type { StreamConfig } from '@nats-io/jetstream';

export type Replicas = 1 | 3;

/** Keeps every commit for ever: no limit deletes, nobody can delete or purge, a full disk refuses the new. */
export const logStreamConfig = (replicas: Replicas): Partial<StreamConfig> => ({
  name: LOG_STREAM,
  subjects: [LOG_SUBJECT],
  storage: 'file',
  retention: 'limits',
  discard: 'new',
  num_replicas: replicas,
  max_msgs: -1,
  max_bytes: -1,
  max_age: 0,
  max_msgs_per_subject: -1,
  max_msg_size: -1,
  deny_delete: true,
  deny_purge: true,
});

/** Settings that would break the log's promises; the server leaves out of its echo what is not set. */
const mustBeUnset = ['mirror', 'sources', 'no_ack', 'sealed', 'allow_rollup_hdrs', 'republish', 'subject_transform'];

/** One sentence for each difference between the stream as the server echoes it and what the log needs. */
export const configDifferences = (echoed: Readonly<Record<string, unknown>>, replicas: Replicas): string[] => {
  const wrong = Object.entries(logStreamConfig(replicas))
    .filter(([setting, wanted]) => JSON.stringify(echoed[setting]) !== JSON.stringify(wanted))
    .map(([setting, wanted]) => difference(setting, echoed[setting], JSON.stringify(wanted)));
  const set = mustBeUnset
    .filter((setting) => isSet(echoed[setting]))
    .map((setting) => difference(setting, echoed[setting], 'unset'));
  // Asynchronous persistence acknowledges before the commit is on disk.
  const lazy =
    (echoed['persist_mode'] ?? 'default') === 'default' ? [] : [difference('persist_mode', 'async', 'default')];
  return [...wrong, ...set, ...lazy];
};

const difference = (setting: string, found: unknown, wanted: string): string =>
  `stream ${LOG_STREAM}: ${setting} is ${JSON.stringify(found) ?? 'unset'}, must be ${wanted}`;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
