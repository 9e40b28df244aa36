/** What an update may do to metadata: its writer has a say in labels, annotations, owners and finalizers. */
import type { Cause } from '@holdfast/kernel';
import { forbidden, invalidValue } from '../refusal/causes.js';
import type { Metadata } from './metadata.js';

/** The metadata after the write: what is the server's stays, in the order in which it is stored. */
export const keptMetadata = (
  before: Metadata,
  { labels, annotations, ownerReferences, finalizers }: Metadata,
): Metadata => {
  const { labels: _l, annotations: _a, ownerReferences: _o, finalizers: _f, ...own } = before;
  return {
    ...own,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
};

/** A deletion is asked for with DELETE alone, and once it was, nobody may hold the object any longer than before. */
export const checkMetadataChange = (before: Metadata, sent: Metadata): readonly Cause[] => {
  if (before.deletionTimestamp === undefined) {
    if (sent.deletionTimestamp === undefined) return [];
    return [invalidValue('metadata.deletionTimestamp', sent.deletionTimestamp, 'field is immutable')];
  }
  const added = (sent.finalizers ?? []).filter((name) => before.finalizers?.includes(name) !== true);
  if (added.length === 0) return [];
  const names = added.map((name) => JSON.stringify(name)).join(', ');
  return [
    forbidden(
      'metadata.finalizers',
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`,
    ),
  ];
};
