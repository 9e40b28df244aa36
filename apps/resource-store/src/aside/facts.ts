/**
 * What a decision made aside knows of the newest state, and what it has read of that. A decision is a pure function of
 * what it reads; so it counts exactly when everything it has read is the newest still.
 */
import type { KindDefinition } from '@holdfast/resource';

export interface KindName {
  readonly group: string;
  readonly resource: string;
}

/** What somebody aside wants to know: objects by keyText, kinds by name, groups with all of their kinds. */
export interface Needs {
  readonly objects: readonly string[];
  readonly kinds: readonly KindName[];
  readonly groups: readonly string[];
}

/** Null where there is no such object or kind. */
export interface ObjectFact {
  readonly text: string;
  readonly stored: { readonly version: number; readonly bytes: Uint8Array } | null;
}

export interface KindFact extends KindName {
  readonly kind: {
    readonly revision: number;
    /** Missing when it was told before. */ readonly definition?: KindDefinition;
  } | null;
}

export interface GroupFact {
  readonly group: string;
  readonly kinds: readonly KindDefinition[];
}

export interface Facts {
  readonly objects: readonly ObjectFact[];
  readonly kinds: readonly KindFact[];
  readonly groups: readonly GroupFact[];
}

/** Versions and revisions that a decision rests on. */
export interface Reads {
  readonly objects: readonly (readonly [text: string, version: number | undefined])[];
  readonly kinds: readonly (readonly [name: KindName, revision: number | undefined])[];
  readonly groups: readonly (readonly [group: string, revisions: string])[];
}

/** Tells one set of kinds from another. */
export const revisionsOf = (kinds: Iterable<KindDefinition>): string =>
  [...kinds]
    .map(({ plural, revision }) => `${plural}@${revision}`)
    .sort()
    .join(' ');
