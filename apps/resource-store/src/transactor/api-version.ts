/** Objects are stored in their kind's storage version and answered in the one asked for; only `apiVersion` differs. */
import type { Target } from '@holdfast/contracts';

const PREFIX = Buffer.from('{"apiVersion":"');
const QUOTE = 0x22;

export const apiVersionOf = ({ group, version }: Pick<Target, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** The stored bytes of an object, saying `apiVersion`. */
export const inApiVersion = (bytes: Buffer, apiVersion: string): Buffer => {
  const end = bytes.indexOf(QUOTE, PREFIX.length);
  if (bytes.toString('latin1', PREFIX.length, end) === apiVersion) return bytes;
  return Buffer.concat([PREFIX, Buffer.from(apiVersion), bytes.subarray(end)]);
};
