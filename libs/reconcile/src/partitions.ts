/**
 * How keys are shared out among replicas: by a fixed number of partitions, each with one holder at a time. Every replica
 * computes the same plan from the same members and holders, so that nobody has to lead; where their views differ for a
 * moment, the store lets one of them have the partition.
 */
import { keyText } from '@holdfast/contracts';
import type { ObjectKey } from '@holdfast/contracts';

/** Of the reconciler; fixed for ever: the fences of stored writes name partitions. */
export const PARTITIONS = 64;

/** FNV-1a of the key's text, so that every language finds the same one. */
export const partitionOf = (key: ObjectKey, partitions = PARTITIONS): number => {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(keyText(key))) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % partitions;
};

/** Of each partition who holds it; undefined where nobody does. */
export type Holders = readonly (string | undefined)[];

/**
 * Who should hold each partition: everybody the same number, give or take one, and no partition moves that need not.
 * A holder that is no member is as good as none. Without members there are no targets.
 */
export const targets = (members: readonly string[], holders: Holders): Holders => {
  const quotas = quotasOf(members, holders);
  const kept = holders.map((holder) => (holder !== undefined && takeOne(quotas, holder) ? holder : undefined));
  return kept.map((holder) => holder ?? [...quotas.keys()].find((member) => takeOne(quotas, member)));
};

export interface SharePlan {
  /** Ours by right, and held by nobody who is there. */
  readonly take: readonly number[];
  /** Ours at present, and another's by right. */
  readonly giveUp: readonly number[];
}

/** What one member should do about it. */
export const planShare = (me: string, members: readonly string[], holders: Holders): SharePlan => {
  const target = targets(members, holders);
  const partitions = holders.map((_, partition) => partition);
  const isFree = (holder: string | undefined): boolean => holder === undefined || !members.includes(holder);
  return {
    take: partitions.filter((partition) => target[partition] === me && isFree(holders[partition])),
    giveUp: partitions.filter((partition) => holders[partition] === me && target[partition] !== me),
  };
};

const encoder = new TextEncoder();

/**
 * How many partitions each member may have. Where the number does not divide, those get one more that hold more than
 * the least already, else the first by name: the answer stays the same while partitions move towards it.
 */
const quotasOf = (members: readonly string[], holders: Holders): Map<string, number> => {
  const sorted = [...new Set(members)].sort();
  const least = Math.floor(holders.length / sorted.length);
  const heldBy = (member: string): number => holders.filter((holder) => holder === member).length;
  const rich = sorted.filter((member) => heldBy(member) > least);
  const others = sorted.filter((member) => !rich.includes(member));
  const lucky = new Set([...rich, ...others].slice(0, holders.length % sorted.length));
  return new Map(sorted.map((member) => [member, least + (lucky.has(member) ? 1 : 0)]));
};

const takeOne = (quotas: Map<string, number>, member: string): boolean => {
  const left = quotas.get(member) ?? 0;
  if (left > 0) quotas.set(member, left - 1);
  return left > 0;
};
