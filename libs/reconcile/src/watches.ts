/** The ways in which a change finds the keys to reconcile. */
import type { ObjectKey } from '@holdfast/contracts';
import { jsonEquals, objectAt } from '@holdfast/kernel';

import { keyOf } from './kind.js';
import { ownersOf } from './object-cache.js';
import type { Change, ObjectType } from './object-cache.js';
import type { ObjectReader, Watch } from './reconciler.js';

export type Predicate = (change: Change) => boolean;

/** The object itself. */
export const watchFor = (type: ObjectType, when: Predicate = () => true): Watch => ({
  type,
  wakes: (change) => (when(change) ? [change.key] : []),
});

/**
 * The controlling owner of a dependent, beside it or in no namespace: of its old state and of its new one, since the
 * reference may have moved.
 */
export const watchOwned = (type: ObjectType, owner: ObjectType & { readonly kind: string }): Watch => ({
  type,
  wakes: (change, read) => {
    const names = new Set(
      [change.before, change.after].flatMap((state) =>
        state === undefined
          ? []
          : ownersOf(state.object)
              .filter((reference) => reference.controller && reference.kind === owner.kind)
              .filter((reference) => groupOf(reference.apiVersion) === owner.group)
              .map((reference) => reference.name),
      ),
    );
    return [...names].map((name) => {
      const beside = keyOf(owner, change.key.namespace, name);
      const clusterScoped = keyOf(owner, '', name);
      return read.get(clusterScoped) === undefined ? beside : clusterScoped;
    });
  },
});

/** Whatever the function finds. */
export const watchMapped = (
  type: ObjectType | 'any',
  wakes: (change: Change, read: ObjectReader) => readonly ObjectKey[],
  when: Predicate = () => true,
): Watch => ({ type, wakes: (change, read) => (when(change) ? wakes(change, read) : []) });

/** Spec changes; creation and deletion always pass, and so does looking at everything again. */
export const generationChanged: Predicate = (change) => isWhole(change) || differs(change, 'generation');

/** Labels changed; creation and deletion always pass. */
export const labelsChanged: Predicate = (change) => isWhole(change) || differs(change, 'labels');

/** Annotations changed; creation and deletion always pass. */
export const annotationsChanged: Predicate = (change) => isWhole(change) || differs(change, 'annotations');

export const allOf =
  (...predicates: readonly Predicate[]): Predicate =>
  (change) =>
    predicates.every((passes) => passes(change));

export const anyOf =
  (...predicates: readonly Predicate[]): Predicate =>
  (change) =>
    predicates.some((passes) => passes(change));

export const not =
  (predicate: Predicate): Predicate =>
  (change) =>
    !predicate(change);

/** Not a step from one state to another: created, deleted, or looked at again. */
const isWhole = ({ before, after }: Change): boolean =>
  before === undefined || after === undefined || before.version === after.version;

const differs = ({ before, after }: Change, member: string): boolean =>
  !jsonEquals(objectAt(before?.object, 'metadata')[member], objectAt(after?.object, 'metadata')[member]);

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] as string) : '');
