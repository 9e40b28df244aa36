import type { Answer } from '@holdfast/command-client';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { configMap, createOf, StoreWorld, versionOf } from '../store-process.fixtures.js';

const WRITERS = 16;

jest.setTimeout(120_000);

let world: StoreWorld;

beforeEach(async () => {
  world = await StoreWorld.open();
});
afterEach(async () => {
  await world?.close();
});

/** Writers that go on until they are told to stop; each waits for its answer before it writes again. */
class Writers {
  readonly answers: { readonly name: string; readonly answer: Answer; readonly ms: number }[] = [];
  private going = true;
  private readonly running: Promise<void>[];

  constructor() {
    this.running = Array.from({ length: WRITERS }, (_, writer) => this.write(writer));
  }

  async answered(more: number): Promise<void> {
    const enough = this.answers.length + more;
    while (this.answers.length < enough) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<void> {
    this.going = false;
    await Promise.all(this.running);
  }

  private async write(writer: number): Promise<void> {
    for (let i = 0; this.going; i++) {
      const name = `writer-${writer}-${i}`;
      const asked = performance.now();
      const answer = await world.send(createOf(), configMap(name));
      this.answers.push({ name, answer, ms: performance.now() - asked });
    }
  }
}

const expectEachWrittenOnce = async (writers: Writers): Promise<void> => {
  const events = (await world.commits()).flatMap((commit) => commit.events);
  const written = events.filter(({ record }) => record.name.startsWith('writer-'));
  const acknowledged = writers.answers.map(({ name, answer }) => `${name} ${versionOf(answer)}`);
  expect(written.map(({ record, version }) => `${record.name} ${version}`).sort()).toEqual(acknowledged.sort());
};

describe('while many write', () => {
  it('kill -9 of the transactor loses no acknowledged write and repeats none, and writing goes on', async () => {
    const first = world.start('first');
    await first.becomes('transactor');
    const second = world.start('second');
    await second.becomes('standby');
    const writers = new Writers();
    await writers.answered(200);

    await first.kill9();
    await writers.answered(200);
    await writers.stop();

    await expectEachWrittenOnce(writers);
  });

  it('a planned stop of the transactor is a pause that nobody is refused for', async () => {
    const first = world.start('first');
    await first.becomes('transactor');
    const second = world.start('second');
    await second.becomes('standby');
    const writers = new Writers();
    await writers.answered(200);

    expect(await first.stop()).toBe('0');
    await writers.answered(200);
    await writers.stop();

    expect(await second.health()).toMatchObject({ role: 'transactor', epoch: 2 });
    // Longer than a hand-over by far, shorter than the silence that a standby waits for otherwise.
    expect(Math.max(...writers.answers.map(({ ms }) => ms))).toBeLessThan(2_000);
    await expectEachWrittenOnce(writers);
  });
});
