import { describe, expect, it } from '@jest/globals';
import type { Answer } from '@holdfast/command-client';
import { boundaryOf, versionAt } from '@holdfast/contracts';
import type { Commit, Request } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import fc from 'fast-check';

import { followWorld, listWorld } from './feed.js';
import { World } from './world.js';

const TYPE = { group: 'example.com', resource: 'boxes' };
const PAGE = 2;

interface Entry {
  /** Of its insertion: pages go on after the last one shown, whatever came and went since. */
  readonly ordinal: number;
  readonly object: JsonObject;
}

/** A store of one kind whose log grows while it is being listed: each page is asked for after some more writes. */
class GrowingStore {
  readonly commits: Commit[] = [];
  readonly held = new Map<string, Entry>();
  private ordinals = 0;

  constructor(
    private readonly writes: string[],
    private readonly writesBeforePage: readonly number[],
  ) {}

  readonly log = {
    last: () => Promise.resolve(this.commits.at(-1)),
    follow: ({ after }: { readonly after: number }) => this.follow(after),
  };

  readonly client = {
    send: ({ request }: { readonly request: Request }): Promise<Answer> => {
      if (request.verb !== 'list') throw new Error(`${request.verb} is not asked for here`);
      const page = this.pages++;
      for (let i = 0; i < (this.writesBeforePage[page] ?? 0); i++) this.write();
      const rest = [...this.held.values()].filter(({ ordinal }) => ordinal > Number(request.after ?? -1));
      const shown = rest.slice(0, PAGE);
      const body = Buffer.from(JSON.stringify(shown.map(({ object }) => object)));
      const next = rest.length > PAGE ? { next: String(shown.at(-1)?.ordinal) } : {};
      const resources = shown.map(() => TYPE.resource);
      const version = boundaryOf(this.commits.length);
      return Promise.resolve({ reply: { status: 'ok', outcome: 'read', version, resources, ...next }, body });
    },
  };
  private pages = 0;

  private *rest(): Generator<Commit> {
    while (this.write()) yield this.commits.at(-1) as Commit;
  }

  private async *follow(after: number): AsyncIterable<Commit> {
    await Promise.resolve();
    yield* this.commits.slice(after);
    yield* this.rest();
  }

  /** The next write: of an object that is there it is an update, or with `-` before the name its end. */
  private write(): boolean {
    const write = this.writes.shift();
    if (write === undefined) return false;
    const name = write.replace('-', '');
    const sequence = this.commits.length + 1;
    const isEnd = write.startsWith('-') && this.held.has(name);
    const object = anObject(name, versionAt(sequence, 0));
    if (isEnd) this.held.delete(name);
    else this.held.set(name, { ordinal: this.held.get(name)?.ordinal ?? this.ordinals++, object });
    this.commits.push(aCommit(sequence, name, isEnd ? 'deleted' : 'specChanged', object));
    return true;
  }
}

const anObject = (name: string, version: number): JsonObject => ({
  apiVersion: `${TYPE.group}/v1`,
  kind: 'Box',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: String(version) },
});

const aCommit = (sequence: number, name: string, type: 'deleted' | 'specChanged', object: JsonObject): Commit => {
  const command = { id: `c${sequence}`, events: 1, actor: 'a', requestID: 'r', correlationID: 'story' };
  const record = { type, ...TYPE, namespace: 'default', name, uid: '', kind: 'Box', apiVersion: 'v1', changed: [] };
  return {
    header: { schema: 1, id: `c${sequence}`, epoch: 1, instance: 'i', time: '', commands: [command] },
    sequence,
    timestamp: 0,
    boundary: boundaryOf(sequence),
    events: [{ record, object: Buffer.from(JSON.stringify(object)), version: versionAt(sequence, 0), command }],
  };
};

describe('a world that is listed and followed while the log grows', () => {
  const aWrite = fc
    .tuple(fc.constantFrom('', '', '-'), fc.constantFrom('a', 'b', 'c', 'd', 'e'))
    .map((it) => it.join(''));

  it('ends as the store is, misses nothing and tells nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aWrite, { maxLength: 40 }),
        fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }),
        async (writes, writesBeforePage) => {
          const store = new GrowingStore([...writes], writesBeforePage);
          const world = new World();
          const told = new Map<string, number[]>();
          world.onChange(({ key, before, after }) => {
            const versions = told.get(key.name) ?? [];
            told.set(key.name, [...versions, after?.version ?? (before?.version ?? 0) + 0.5]);
          });
          const options = { service: 'spec', client: store.client, log: store.log, world, signal: AbortSignal.any([]) };

          await followWorld(options, (await listWorld(options)).sequence, () => undefined);

          const objects = Object.fromEntries(
            world.cache.list(TYPE).map(({ key, object }) => [key.name, nameAndUid(object)]),
          );
          expect(objects).toEqual(
            Object.fromEntries([...store.held].map(([name, { object }]) => [name, nameAndUid(object)])),
          );
          for (const [name, { object }] of store.held) {
            expect(String(told.get(name)?.at(-1))).toBe((object['metadata'] as JsonObject)['resourceVersion']);
          }
          for (const versions of told.values()) {
            expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tells of a change with its cause, and of what was listed with none', async () => {
    const store = new GrowingStore(['a', 'b', 'a'], [2]);
    const world = new World();
    const causes: unknown[] = [];
    world.onChange(({ key }, cause) => causes.push([key.name, cause?.correlationID]));
    const options = { service: 'spec', client: store.client, log: store.log, world, signal: AbortSignal.any([]) };

    await followWorld(options, (await listWorld(options)).sequence, () => undefined);

    expect(causes).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['a', 'story'],
    ]);
  });
});

const nameAndUid = (object: JsonObject): unknown => {
  const { name, uid } = object['metadata'] as JsonObject;
  return { name, uid };
};
