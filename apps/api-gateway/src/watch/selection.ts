/** What a watcher wants of its resource, and what an event therefore means to it. */
import type { SelectorValues } from '@holdfast/contracts';
import type { HubEvent } from './hub-event.js';
import type { ChangeType } from './watch-encoding.js';

export interface Selection {
  /** Selections with the same key select the same. */
  readonly key: string;
  /** '' for all namespaces. */
  readonly namespace: string;
  /** Missing when every object of the namespace is wanted. */
  readonly matches?: (values: SelectorValues) => boolean;
}

/** How an event is told; `left` means that the object still exists, but matches no longer. */
export interface Change {
  readonly type: ChangeType;
  readonly left: boolean;
}

/**
 * An object that begins to match is ADDED, one that ceases to match is DELETED, whatever happened to it really;
 * undefined when the watcher need not know.
 *
 *            before   after    deleted
 *   ADDED      no      yes       no
 *   MODIFIED   yes     yes       no
 *   DELETED    yes     no        no      (left: the client is shown what it knew)
 *   DELETED    yes     any       yes
 */
export const changeOf = (event: HubEvent, { namespace, matches }: Selection): Change | undefined => {
  const { record } = event.event;
  if (namespace !== '' && record.namespace !== namespace) return undefined;
  const deleted = record.type === 'deleted';
  const existed = record.previous !== undefined;
  const before = existed && (matches === undefined || matches(event.valuesBefore() as SelectorValues));
  const after = !deleted && (matches === undefined || matches(event.values()));
  if (before && after) return MODIFIED;
  if (after) return ADDED;
  if (before) return deleted ? DELETED : LEFT;
  return undefined;
};

const ADDED: Change = { type: 'ADDED', left: false };
const MODIFIED: Change = { type: 'MODIFIED', left: false };
const DELETED: Change = { type: 'DELETED', left: false };
const LEFT: Change = { type: 'DELETED', left: true };
