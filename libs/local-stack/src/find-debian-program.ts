/** Programs of Debian's newer suites that tests and benchmarks run beside the product, fetched once per user. */
import { basename, join } from 'node:path';

import { cacheFolder, fillOnce } from './cache.js';
import { unpackDebianProgram } from './debian-package.js';
import type { DebianProgram } from './debian-package.js';

/** The path of the program; throws where Debian's packages cannot be reached. */
export const findDebianProgram = async (program: DebianProgram): Promise<string> => {
  const folder = join(cacheFolder(), `${program.package}-${program.suites.join('-')}`);
  await fillOnce(folder, (scratch) => unpackDebianProgram(program, scratch));
  return join(folder, basename(program.places[0] ?? program.package));
};

/** kubectl 1.36 is in forky, 1.32 in trixie. */
export const findKubectl = (suite: 'forky' | 'trixie'): Promise<string> =>
  findDebianProgram({ package: 'kubectl', suites: [suite], places: ['usr/bin/kubectl'] });
