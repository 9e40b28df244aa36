import { createServer } from 'node:net';

/** A loopback TCP port that nobody listens on: the wanted one where it is free, else one the system picks. */
export const freePort = async (wanted = 0): Promise<number> => (await tryPort(wanted)) ?? (await tryPort(0)) ?? fail();

const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });

const fail = (): never => {
  throw new Error('no free TCP port on 127.0.0.1');
};
