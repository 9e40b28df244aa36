/**
 * A resourceVersion says where its event stands in the log: base + sequence × 1024 + index in the commit.
 * The base is 0, unless the log was restored (then it lifts every new version above all that were used before).
 * The boundary of a commit is its last possible version; checkpoints, lists and bookmarks stand on boundaries.
 */
export const EVENTS_PER_SEQUENCE = 1024;

export interface LogPosition {
  readonly sequence: number;
  readonly index: number;
}

export const versionAt = (sequence: number, index: number, base = 0): number =>
  base + sequence * EVENTS_PER_SEQUENCE + index;

export const boundaryOf = (sequence: number, base = 0): number => versionAt(sequence, EVENTS_PER_SEQUENCE - 1, base);

/** The sequence and index of a version that was made under `base`. */
export const positionOf = (version: number, base = 0): LogPosition => ({
  sequence: Math.floor((version - base) / EVENTS_PER_SEQUENCE),
  index: (version - base) % EVENTS_PER_SEQUENCE,
});

/** A client's resourceVersion as a number; undefined unless it is a decimal integer > 0 without leading zeros (KEP-5504). */
export const parseResourceVersion = (text: string): number | undefined => {
  if (!/^[1-9][0-9]*$/.test(text)) return undefined;
  const version = Number(text);
  // Beyond 2^53 no event of ours can stand: the caller sees a version that is certainly ahead of the log.
  return Number.isSafeInteger(version) ? version : Number.MAX_SAFE_INTEGER;
};
