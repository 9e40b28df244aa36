/** Tells somebody aside what the newest state says, and later whether it says the same still. */
import { parseKeyText } from '@holdfast/contracts';
import type { KindDefinition, ResourceState } from '@holdfast/resource';

import { revisionsOf } from './facts.js';
import type { Facts, KindFact, KindName, Needs, Reads } from './facts.js';

/** The newest state, with objects as bytes. */
export interface NewestState extends ResourceState {
  bytes(text: string): { readonly version: number; readonly bytes: Buffer } | undefined;
}

/** Which definition of each kind was told before; a revision alone does not tell, since a pending one may be dropped and taken by another. */
export type ToldKinds = Map<string, KindDefinition>;

export const tellFacts = (state: NewestState, { objects, kinds, groups }: Needs, told: ToldKinds): Facts => ({
  objects: objects.map((text) => {
    const stored = state.bytes(text);
    // A copy of its own: the state's bytes may be moved, and these cross to another thread.
    return {
      text,
      stored: stored === undefined ? null : { version: stored.version, bytes: Uint8Array.from(stored.bytes) },
    };
  }),
  kinds: kinds.map((name) => kindFact(name, state.kind(name.group, name.resource), told)),
  groups: groups.map((group) => ({ group, kinds: [...state.kinds(group)] })),
});

const kindFact = ({ group, resource }: KindName, definition: KindDefinition | undefined, told: ToldKinds): KindFact => {
  if (definition === undefined) return { group, resource, kind: null };
  const { revision } = definition;
  const name = `${resource}.${group}`;
  if (told.get(name) === definition) return { group, resource, kind: { revision } };
  told.set(name, definition);
  return { group, resource, kind: { revision, definition } };
};

/** Whether everything that was read is the newest still. */
export const areNewest = (state: NewestState, reads: Reads): boolean =>
  reads.objects.every(([text, version]) => state.bytes(text)?.version === version) &&
  reads.kinds.every(([{ group, resource }, revision]) => state.kind(group, resource)?.revision === revision) &&
  reads.groups.every(([group, revisions]) => revisionsOf(state.kinds(group)) === revisions);

/** What a write will certainly read, as far as its target tells. */
export const needsOfTarget = ({ group, resource, namespace, name }: ReturnType<typeof parseKeyText>): Needs => ({
  objects: [
    ...(name === '' ? [] : [`${group}/${resource}/${namespace}/${name}`]),
    ...(namespace === '' ? [] : [`/namespaces//${namespace}`]),
  ],
  kinds: [{ group, resource }],
  groups: [],
});
