import type { Command, Request } from '@holdfast/contracts';
import { decodeCommit, inboxPrefix } from '@holdfast/contracts';
import { eventually, startNats, testCommit } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

import { CommandClient } from './command-client.js';
import type { CommandClientOptions } from './command-client.js';
import { CommandServer } from './command-server.js';
import type { Answer, CommandHandler, Transactor } from './commands.js';

const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'default', name: 'web-1' };
const create: Request = { verb: 'create', target };
const get: Request = { verb: 'get', target };

let commands = 0;
const command = (request: Request = create, msUntilDeadline = 10_000): Command => ({
  id: `command-${++commands}`,
  deadline: Date.now() + msUntilDeadline,
  actor: 'tester',
  requestID: 'request',
  correlationID: 'correlation',
  request,
});
const body = Buffer.from('{"kind":"ConfigMap"}');
const ok = (version: number): Answer => ({ reply: { status: 'ok', version, outcome: 'created' }, body });

/** Resolves when the client has noticed that its connection is lost; what it sent until then may have arrived. */
const disconnected = async (nc: NatsConnection): Promise<void> => {
  for await (const { type } of nc.status()) if (type === 'disconnect') return;
};

describe('sending commands to the transactor', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let client: CommandClient;
  /** What the newest commit of the log says. */
  let newest: Transactor | undefined;
  const servers: CommandServer[] = [];

  beforeAll(async () => {
    nats = await startNats();
  });
  beforeEach(async () => {
    nc = await connect({ servers: nats.url(), reconnectTimeWait: 50, maxReconnectAttempts: -1 });
    newest = undefined;
    client = newClient();
  });
  afterEach(async () => {
    client?.close();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await nc?.close();
  });
  afterAll(async () => {
    await nats?.close();
  });

  const newClient = (options: Partial<CommandClientOptions> = {}): CommandClient =>
    new CommandClient({
      nc,
      sender: `gateway-${++commands}`,
      log: {
        last: async () => {
          if (newest === undefined) return undefined;
          return decodeCommit(testCommit('newest', [], { ...newest, commands: [] }).data, 7, 0);
        },
      },
      ...options,
    });

  /** A transactor that the log tells of; what its handler throws is collected. */
  const takeOver = (epoch: number, handler: CommandHandler): { server: CommandServer; reports: unknown[] } => {
    const transactor = { instance: `store-${epoch}`, epoch };
    const reports: unknown[] = [];
    const server = new CommandServer({ nc, transactor, handler, report: (error) => reports.push(error) });
    server.start();
    servers.push(server);
    newest = transactor;
    return { server, reports };
  };

  describe('a transactor that answers', () => {
    it('gets the command and its body, and its answer comes back', async () => {
      const seen: unknown[] = [];
      takeOver(1, async (received, bytes) => {
        seen.push([received, bytes.toString()]);
        return ok(7168);
      });
      await client.start();

      const sent = command();
      const answer = await client.send(sent, body);

      expect(seen).toEqual([[sent, body.toString()]]);
      expect(answer).toEqual(ok(7168));
    });

    it('gets the commands of one turn in one message, and each answer finds its command', async () => {
      let messages = 0;
      const counted = nc.subscribe('hf.cmd.>', { callback: () => void messages++ });
      takeOver(1, async (received) => ok(Number(received.id.split('-')[1])));
      await client.start();

      const sent = Array.from({ length: 100 }, () => command());
      const answers = await Promise.all(sent.map((one) => client.send(one, body)));

      expect(answers).toEqual(sent.map((one) => ok(Number(one.id.split('-')[1]))));
      expect(messages).toBe(1);
      counted.unsubscribe();
    });

    it('may refuse', async () => {
      const refusal = { reason: 'NotFound', message: 'configmaps "web-1" not found' } as const;
      takeOver(1, async () => ({ reply: { status: 'refused', refusal }, body: Buffer.alloc(0) }));
      await client.start();

      expect((await client.send(command(), body)).reply).toEqual({ status: 'refused', refusal });
    });

    it('answers InternalError when its handler throws, and reports it', async () => {
      const { reports } = takeOver(1, async () => {
        throw new Error('out of cheese');
      });
      await client.start();

      expect((await client.send(command(), body)).reply).toEqual({
        status: 'refused',
        refusal: { reason: 'InternalError', message: 'the store failed on this command: out of cheese' },
      });
      expect(reports).toEqual([new Error('out of cheese')]);
    });

    it('carries large bodies whole', async () => {
      takeOver(1, async (_, bytes) => ({ ...ok(1), body: bytes }));
      await client.start();

      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.alloc(900_000, i));
      const answers = await Promise.all(bodies.map((large) => client.send(command(), large)));

      expect(answers.map((answer, i) => answer.body.equals(bodies[i] as Buffer))).toEqual(bodies.map(() => true));
    });
  });

  describe('a change of the transactor', () => {
    it('takes what the old one did not answer to the new one, with the same id', async () => {
      const seen: string[] = [];
      takeOver(1, () => new Promise(() => undefined)).server.stop = async () => undefined;
      await client.start();
      const sent = command();
      const answer = client.send(sent, body);
      await nc.flush();

      takeOver(2, async (received) => {
        seen.push(received.id);
        return ok(2);
      });
      client.observe({ instance: 'store-2', epoch: 2 });

      expect(await answer).toEqual(ok(2));
      expect(seen).toEqual([sent.id]);
    });

    it('is found in the log when the old one is gone and nobody says so', async () => {
      const { server } = takeOver(1, async () => ok(1));
      await client.start();
      await client.send(command(), body);
      await server.stop();

      takeOver(2, async () => ok(2));

      expect(await client.send(command(), body)).toEqual(ok(2));
      expect(client.transactor).toEqual({ instance: 'store-2', epoch: 2 });
    });

    it('is found in the log when the old one is silent', async () => {
      takeOver(1, async () => undefined);
      await client.start();
      const answer = client.send(command(), body);

      takeOver(2, async () => ok(2));

      expect(await answer).toEqual(ok(2));
    });

    it('does not lead back to an older one', async () => {
      takeOver(2, async () => ok(2));
      await client.start();

      client.observe({ instance: 'store-1', epoch: 1 });

      expect(client.transactor?.epoch).toBe(2);
    });

    it('is waited for when there is no transactor yet', async () => {
      await client.start();
      const answer = client.send(command(), body);

      takeOver(1, async () => ok(1));

      expect(await answer).toEqual(ok(1));
    });

    it('sends a command again to one that was away for a moment', async () => {
      newest = { instance: 'store-1', epoch: 1 };
      await client.start();
      const answer = client.send(command(), body);
      await nc.flush();

      takeOver(1, async () => ok(1));

      expect(await answer).toEqual(ok(1));
    });
  });

  describe('the deadline', () => {
    const reasonOf = async (answer: Promise<Answer>): Promise<unknown> => {
      const { reply } = await answer;
      return reply.status === 'refused' ? [reply.refusal.reason, reply.refusal.details?.retryAfterSeconds] : reply;
    };

    it('makes the outcome of a write unknown that somebody may have taken', async () => {
      takeOver(1, async () => undefined);
      await client.start();

      expect(await reasonOf(client.send(command(create, 300), body))).toEqual(['Timeout', 1]);
    });

    it('refuses a write that nobody can have taken', async () => {
      newest = { instance: 'dead', epoch: 1 };
      await client.start();

      expect(await reasonOf(client.send(command(create, 300), body))).toEqual(['ServiceUnavailable', 1]);
    });

    it('refuses a read, whoever may have taken it', async () => {
      takeOver(1, async () => undefined);
      await client.start();

      expect(await reasonOf(client.send(command(get, 300), body))).toEqual(['ServiceUnavailable', 1]);
    });
  });

  describe('a transactor that is silent for longer than a take-over takes', () => {
    const timed = async (answer: Promise<Answer>): Promise<{ reply: Answer['reply']; ms: number }> => {
      const since = performance.now();
      return { reply: (await answer).reply, ms: performance.now() - since };
    };
    const refusal = (reason: string, message: string) => ({ status: 'refused', refusal: { reason, message } });
    const unknown = 'the outcome is unknown: the transactor does not answer; repeat with the same Idempotency-Key';
    const away = 'the transactor does not answer; nothing was changed, try again';

    it('leaves no command waiting for its deadline, and gets the next ones once it answers again', async () => {
      let paused = true;
      const seen: string[] = [];
      takeOver(1, async (received) => {
        seen.push(received.id);
        return paused ? undefined : ok(1);
      });
      await client.start();

      const [write, read] = await Promise.all([
        timed(client.send(command(create, 20_000), body)),
        timed(client.send(command(get, 20_000), body)),
      ]);
      expect(write.reply).toMatchObject(refusal('Timeout', unknown));
      expect(read.reply).toMatchObject(refusal('ServiceUnavailable', away));
      expect(Math.min(write.ms, read.ms)).toBeGreaterThan(4_500);
      expect(Math.max(write.ms, read.ms)).toBeLessThan(8_000);

      const later = command();
      const { reply, ms } = await timed(client.send(later, body));
      expect(reply).toMatchObject(refusal('ServiceUnavailable', away));
      expect(ms).toBeLessThan(100);
      expect(seen).not.toContain(later.id);

      paused = false;
      await eventually(async () => (await client.send(command(), body)).reply.status === 'ok');
    }, 30_000);
  });

  describe('NATS away', () => {
    it('refuses within seconds what was never sent, and works again when NATS is back', async () => {
      takeOver(1, async () => ok(1));
      await client.start();
      await client.send(command(), body);
      const noticed = disconnected(nc);
      await nats.kill9();
      await noticed;

      const started = performance.now();
      const answer = await client.send(command(), body);

      expect(answer.reply).toMatchObject({ status: 'refused', refusal: { reason: 'ServiceUnavailable' } });
      expect(performance.now() - started).toBeLessThan(3_000);
      await nats.restart();
      await eventually(async () => (await client.send(command(get, 1_000), body)).reply.status === 'ok');
    });
  });

  it("works with the credentials of the services' own users", async () => {
    const secure = await startNats({ secure: true });
    const [store, gateway] = await Promise.all(
      (['store', 'gateway'] as const).map((user) => {
        const { username, password } = new URL(secure.url(user));
        return connect({ port: secure.port, user: username, pass: password, inboxPrefix: inboxPrefix(user) });
      }),
    );
    try {
      if (store === undefined || gateway === undefined) throw new Error('no connection');
      const transactor = { instance: 'store-1', epoch: 1 };
      new CommandServer({ nc: store, transactor, handler: async () => ok(1), report: () => undefined }).start();
      await store.flush();
      newest = transactor;
      client = newClient({ nc: gateway });
      await client.start();

      expect(await client.send(command(), body)).toEqual(ok(1));
    } finally {
      await Promise.all([store?.close(), gateway?.close()]);
      await secure.close();
    }
  });

  it('refuses more commands in flight than it may have', async () => {
    client.close();
    client = newClient({ maxInFlight: 2 });
    takeOver(1, async () => undefined);
    await client.start();

    void client.send(command(), body);
    void client.send(command(), body);
    const { reply } = await client.send(command(), body);

    expect(reply).toMatchObject({ refusal: { reason: 'TooManyRequests', details: { retryAfterSeconds: 1 } } });
  });

  it('refuses what is larger than NATS takes', async () => {
    await client.start();

    const { reply } = await client.send(command(), Buffer.alloc(9 * 1024 * 1024));

    expect(reply).toMatchObject({ refusal: { reason: 'RequestEntityTooLarge' } });
  });

  it('refuses what waits when it is closed', async () => {
    await client.start();
    const answer = client.send(command(), body);

    client.close();

    expect((await answer).reply).toMatchObject({ refusal: { reason: 'ServiceUnavailable' } });
    expect((await client.send(command(), body)).reply).toMatchObject({ refusal: { reason: 'ServiceUnavailable' } });
  });

  it('reports a frame that is torn, and goes on', async () => {
    const { reports } = takeOver(1, async () => ok(1));
    await client.start();

    nc.publish('hf.cmd.store-1.1', 'no frame', { reply: 'hf.reply.nobody.1' });

    expect(await client.send(command(), body)).toEqual(ok(1));
    expect(reports).toHaveLength(1);
  });
});
