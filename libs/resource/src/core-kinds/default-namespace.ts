import type { Write } from '@holdfast/contracts';
import { prepareDecoded } from '../decide/prepare.js';
import type { PreparedWrite } from '../decide/prepared-write.js';
import { namespaceKind } from './namespace.js';

/** The write with which a new log begins: it makes the namespace `default`. */
export const createDefaultNamespace = (): PreparedWrite => {
  const target = { group: '', version: 'v1', resource: 'namespaces', namespace: '', name: 'default' };
  const write: Write = { verb: 'create', target };
  const preparation = prepareDecoded(write, { metadata: { name: 'default' } }, namespaceKind);
  if (!preparation.ok) throw new TypeError(preparation.refusal.message);
  return preparation.write;
};
