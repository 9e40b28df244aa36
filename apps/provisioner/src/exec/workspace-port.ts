/** A TCP port for each workspace, below those that the system gives to clients. */
import { createServer } from 'node:net';

const FIRST = 20_000;
const COUNT = 10_000;

/** One that nobody listens on and that is not among `taken`; begins to look at a place that depends on the uid. */
export const findPort = async (uid: string, taken: ReadonlySet<number>): Promise<number> => {
  const begin = placeOf(uid);
  for (let i = 0; i < COUNT; i++) {
    const port = FIRST + ((begin + i) % COUNT);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no free TCP port from ${FIRST} to ${FIRST + COUNT - 1} on 127.0.0.1`);
};

/** Two provisioners on one host seldom look at the same place at the same time. */
const placeOf = (uid: string): number =>
  [...uid].reduce((hash, char) => Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0, 2_166_136_261) % COUNT;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
