/** What every commit log promises, tried on a server that is paused, killed and restarted. */
import type { Commit } from '@holdfast/contracts';
import { AppendUndecided } from '@holdfast/log';
import type { AppendOutcome, CommitLog } from '@holdfast/log';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from './eventually.js';
import { testCommit } from './test-commit.js';

export interface CommitLogWorld {
  /** One more client of the same log, with a connection of its own. */
  open(): Promise<CommitLog>;
  readonly server: {
    pause(): Promise<void>;
    resume(): void;
    kill9(): Promise<void>;
    restart(): Promise<void>;
  };
  close(): Promise<void>;
}

export const commitLogContract = (startWorld: () => Promise<CommitLogWorld>): void => {
  let world: CommitLogWorld;
  let log: CommitLog;
  let end: number;
  const following = new Set<AbortController>();

  beforeAll(async () => {
    world = await startWorld();
    log = await world.open();
  });
  afterEach(() => {
    for (const controller of following) controller.abort();
    following.clear();
  });
  afterAll(async () => {
    await world?.close();
  });

  const append = (id: string, expectedSequence: number, signal?: AbortSignal): Promise<AppendOutcome> =>
    log.append({ ...testCommit(id), expectedSequence, ...(signal === undefined ? {} : { signal }) });

  /** Collects what is followed, until the test is over. */
  const follow = (from: CommitLog, after: number): { seen: Commit[]; done: Promise<unknown>; stop: () => void } => {
    const controller = new AbortController();
    following.add(controller);
    const seen: Commit[] = [];
    const collect = async (): Promise<void> => {
      for await (const commit of from.follow({ after, signal: controller.signal })) seen.push(commit);
    };
    return { seen, done: collect(), stop: () => controller.abort() };
  };
  const ids = (commits: readonly Commit[]): string[] => commits.map((commit) => commit.header.id);
  const sequences = (commits: readonly Commit[]): number[] => commits.map((commit) => commit.sequence);

  describe('appending', () => {
    it('takes a commit that expects the end, and refuses one that expects another', async () => {
      end = await log.end();

      expect(await append('first', end)).toEqual({ status: 'accepted', sequence: end + 1 });
      expect(await append('too late', end)).toEqual({ status: 'refused', end: end + 1 });
      expect(await append('too early', end + 5)).toEqual({ status: 'refused', end: end + 1 });
    });

    it('leaves nothing of a refused commit', async () => {
      end = await log.end();
      await append('taken', end);

      await append('refused', end);

      expect(await log.end()).toBe(end + 1);
      expect((await log.last())?.header.id).toBe('taken');
    });

    it('answers a commit that is already there with the place where it stands', async () => {
      end = await log.end();
      await append('twice', end);
      await append('in between', end + 1);

      expect(await append('twice', end)).toEqual({ status: 'accepted', sequence: end + 1 });
      expect(await log.end()).toBe(end + 2);
    });

    it('has one winner per sequence when two writers race', async () => {
      const rounds = 200;
      end = await log.end();
      const rival = await world.open();

      for (let round = 0; round < rounds; round++) {
        const expectedSequence = end + round;
        const outcomes = await Promise.all(
          [log, rival].map((writer, i) =>
            writer.append({ ...testCommit(`round-${round}-writer-${i}`), expectedSequence }),
          ),
        );

        const accepted = outcomes.filter((outcome) => outcome.status === 'accepted');
        expect(accepted).toEqual([{ status: 'accepted', sequence: expectedSequence + 1 }]);
      }
      expect(await log.end()).toBe(end + rounds);
    });
  });

  describe('an append whose outcome is unclear', () => {
    it('is taken once when the server was paused longer than the sender waits for an answer', async () => {
      end = await log.end();
      await world.server.pause();
      const outcome = append('paused', end);
      // Longer than one time-out: the identical commit is sent again meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      world.server.resume();

      expect(await outcome).toEqual({ status: 'accepted', sequence: end + 1 });
      expect(await append('next', end + 1)).toEqual({ status: 'accepted', sequence: end + 2 });
    });

    it('is settled when the server is killed and comes back', async () => {
      end = await log.end();
      await world.server.kill9();
      const outcome = append('through the restart', end);
      await world.server.restart();

      expect(await outcome).toEqual({ status: 'accepted', sequence: end + 1 });
      expect(await log.end()).toBe(end + 1);
    });

    it('may land after its sender gave up: a repeat finds it, and a rival is refused', async () => {
      end = await log.end();
      const controller = new AbortController();
      await world.server.pause();
      const outcome = append('given up', end, controller.signal);
      setTimeout(() => controller.abort(), 100);
      await expect(outcome).rejects.toThrow(AppendUndecided);
      world.server.resume();

      await eventually(async () => (await log.end()) === end + 1);
      expect(await append('rival', end)).toEqual({ status: 'refused', end: end + 1 });
      expect(await append('given up', end)).toEqual({ status: 'accepted', sequence: end + 1 });
    });
  });

  describe('reading', () => {
    it('finds a commit by its sequence, and the last one', async () => {
      end = await log.end();
      await append('read me', end);

      const commit = await log.read(end + 1);
      expect(commit?.header.id).toBe('read me');
      expect(await log.last()).toEqual(commit);
      expect(await log.read(end + 2)).toBeUndefined();
      expect(await log.read(0)).toBeUndefined();
    });

    it('finds an event by its version', async () => {
      end = await log.end();
      await log.append({ ...testCommit('three', ['a', 'b', 'c']), expectedSequence: end });
      const version = (end + 1) * 1024 + 1;

      const found = await log.readEvent(version);
      expect([found?.event.record.name, found?.event.version, found?.commit.header.id]).toEqual([
        'b',
        version,
        'three',
      ]);
      expect(await log.readEvent(version + 2)).toBeUndefined();
      expect(await log.readEvent((end + 9) * 1024)).toBeUndefined();
    });

    it('finds an event by its version before and after a restore that lifted the versions', async () => {
      end = await log.end();
      const base = 1_000_000;
      for (let i = 0; i < 3; i++) await append(`before the restore ${i}`, end + i);
      for (let i = 3; i < 6; i++) {
        const lifted = testCommit(`after the restore ${i}`, ['web-1'], { base });
        await log.append({ ...lifted, expectedSequence: end + i });
      }
      const fresh = await world.open();

      const found = await Promise.all(
        [0, 1, 2, 3, 4, 5].map((i) => fresh.readEvent((i < 3 ? 0 : base) + (end + 1 + i) * 1024)),
      );
      expect(found.map((one) => one?.commit.sequence)).toEqual([1, 2, 3, 4, 5, 6].map((i) => end + i));
      expect(await fresh.readEvent(base / 2)).toBeUndefined();
      expect(await fresh.readEvent(base * 2)).toBeUndefined();
    });

    it('tells the same time of a commit as following does', async () => {
      end = await log.end();
      await append('timed', end);

      const { seen } = follow(log, end);
      await eventually(() => seen.length === 1);
      expect(seen).toEqual([await log.read(end + 1)]);
      expect(Math.abs(Date.now() - (seen[0]?.timestamp ?? 0))).toBeLessThan(60_000);
    });
  });

  describe('following', () => {
    it('delivers what is there and what comes, each once, in order', async () => {
      end = await log.end();
      await append('before', end);
      const { seen } = follow(log, end);
      await eventually(() => seen.length === 1);
      await append('after 1', end + 1);
      await append('after 2', end + 2);

      await eventually(() => seen.length === 3);
      expect(ids(seen)).toEqual(['before', 'after 1', 'after 2']);
      expect(sequences(seen)).toEqual([end + 1, end + 2, end + 3]);
    });

    it('begins in the middle, or at the end', async () => {
      end = await log.end();
      for (let i = 0; i < 5; i++) await append(`middle ${i}`, end + i);

      const fromMiddle = follow(log, end + 3);
      const fromEnd = follow(log, end + 5);
      await eventually(() => fromMiddle.seen.length === 2);
      await append('news', end + 5);
      await eventually(() => fromEnd.seen.length === 1);

      expect(ids(fromMiddle.seen)).toEqual(['middle 3', 'middle 4', 'news'].slice(0, fromMiddle.seen.length));
      expect(ids(fromEnd.seen)).toEqual(['news']);
    });

    it('waits for a slow reader and loses nothing', async () => {
      const count = 1_500;
      end = await log.end();
      for (let i = 0; i < count; i++) await append(`slow ${i}`, end + i);

      const controller = new AbortController();
      const seen: number[] = [];
      for await (const commit of log.follow({ after: end, signal: controller.signal })) {
        if (commit.sequence % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(commit.sequence);
        if (seen.length === count) controller.abort();
      }
      expect(seen).toEqual(Array.from({ length: count }, (_, i) => end + 1 + i));
    });

    it('goes on by itself when the server is killed and comes back, without gap or repeat', async () => {
      end = await log.end();
      const { seen } = follow(log, end);
      for (let i = 0; i < 20; i++) await append(`before the kill ${i}`, end + i);
      await world.server.kill9();
      await world.server.restart();
      for (let i = 20; i < 40; i++) await append(`after the kill ${i}`, end + i);

      await eventually(() => seen.length >= 40);
      expect(sequences(seen)).toEqual(Array.from({ length: 40 }, (_, i) => end + 1 + i));
    });

    it('goes on when the server was paused for longer than its heartbeats may miss', async () => {
      end = await log.end();
      const { seen } = follow(log, end);
      await append('before the pause', end);
      await world.server.pause();
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      world.server.resume();
      await append('after the pause', end + 1);

      await eventually(() => seen.length === 2);
      expect(ids(seen)).toEqual(['before the pause', 'after the pause']);
    });

    it('ends promptly and without an error when its signal aborts', async () => {
      const { done, stop } = follow(log, await log.end());
      const started = performance.now();
      setTimeout(stop, 50);

      await done;
      expect(performance.now() - started).toBeLessThan(500);
    });

    it('ends as promptly while the server does not answer', async () => {
      await world.server.pause();
      const { done, stop } = follow(log, end);
      const started = performance.now();
      setTimeout(stop, 50);

      await done.finally(() => world.server.resume());
      expect(performance.now() - started).toBeLessThan(500);
    });
  });
};
