/** Whether the names that a CustomResourceDefinition asks for are free in its group. */
import type { KindDefinition } from '../kind.js';
import type { CrdNames } from './crd-object.js';

export interface NameClash {
  readonly reason: string;
  readonly message: string;
}

/** The first name that another kind of the group has; undefined when all are free. */
export const findNameClash = (wanted: CrdNames, kinds: Iterable<KindDefinition>): NameClash | undefined => {
  const resources = new Set<string>();
  const kindNames = new Set<string>();
  for (const { plural, singular, shortNames, kind, listKind } of kinds) {
    // Its own earlier names do not stand in its way: a plural belongs to one definition for ever.
    if (plural === wanted.plural) continue;
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    for (const name of [kind, listKind]) kindNames.add(name);
  }
  const claims: readonly (readonly [string, ReadonlySet<string>, readonly string[]])[] = [
    ['PluralConflict', resources, [wanted.plural]],
    ['SingularConflict', resources, [wanted.singular]],
    ['ShortNamesConflict', resources, wanted.shortNames ?? []],
    ['KindConflict', kindNames, [wanted.kind]],
    ['ListKindConflict', kindNames, [wanted.listKind]],
  ];
  for (const [reason, taken, names] of claims) {
    const clash = names.find((name) => taken.has(name));
    if (clash !== undefined) return { reason, message: `${JSON.stringify(clash)} is already in use` };
  }
  return undefined;
};
