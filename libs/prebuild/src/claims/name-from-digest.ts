/** Names of claims that were given none, and of workspaces that are built for a claim. */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const SUFFIX_LENGTH = 10;
/** A label's, less the suffix and its hyphen. */
const LONGEST_PREFIX = 63 - SUFFIX_LENGTH - 1;

/**
 * `<prefix>-<10 letters>`: the same for the same digest. With one of who asked, for what, by which Idempotency-Key, a
 * repeat finds the claim that it made as long as that exists.
 */
export const nameFromDigest = (prefix: string, digest: Uint8Array): string =>
  `${prefix.slice(0, LONGEST_PREFIX).replace(/-+$/, '')}-${lettersOf(digest)}`;

/** Base 32 of RFC 4648 in lower case: five bits a letter. */
const lettersOf = (digest: Uint8Array): string => {
  let letters = '';
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5 && letters.length < SUFFIX_LENGTH; bits -= 5)
      letters += ALPHABET[(value >> (bits - 5)) & 31];
  }
  return letters;
};
