import { afterEach, describe, expect, it } from '@jest/globals';
import type { Commit } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import { countDemand, instantOf, WORKSPACE_CLAIMS } from '@holdfast/prebuild';
import type { WorkspaceClaimStatus } from '@holdfast/prebuild';
import { keyOf, ObjectCache } from '@holdfast/reconcile';
import type { ObjectState } from '@holdfast/reconcile';
import { pino } from 'pino';

import type { LeaderContext } from '../leader/orchestrator-part.js';
import { Demand } from './demand.js';
import { sequenceBefore } from './sequence-before.js';

const minutesAgo = (minutes: number): number => Date.now() - minutes * 60_000;

const claim = (name: string, status: WorkspaceClaimStatus, version = 1_024): ObjectState => {
  const metadata = { name, namespace: 'default', uid: `uid-of-${name}` };
  return { key: keyOf(WORKSPACE_CLAIMS, 'default', name), version, object: { metadata, status: status as JsonObject } };
};
const bound = (name: string, at: number, source: 'warm' | 'cold' = 'warm'): ObjectState =>
  claim(name, { phase: 'Bound', preset: 'web', source, boundAt: new Date(at).toISOString() });
const waiting = (name: string): ObjectState =>
  claim(name, { phase: 'Pending', preset: 'web', missReason: 'NoneReady' });

/** A log with a commit for each claim, made at that time. */
class MemoryLog {
  readonly commits: Commit[] = [];

  append(state: ObjectState, timestamp: number, type: 'created' | 'deleted' = 'created'): void {
    const sequence = this.commits.length + 1;
    const record = { type, ...state.key, uid: '', kind: 'WorkspaceClaim', apiVersion: 'v1', changed: [] };
    const command = { id: '', events: 1, actor: '', requestID: '', correlationID: '' };
    const header = { schema: 1, id: '', epoch: 1, instance: '', time: '', commands: [command] } as const;
    const event = { record, command, version: sequence * 1_024, object: Buffer.from(JSON.stringify(state.object)) };
    this.commits.push({ header, sequence, timestamp, boundary: sequence * 1_024 + 1_023, events: [event] });
  }

  end = async (): Promise<number> => this.commits.length;
  read = async (sequence: number): Promise<Commit | undefined> => this.commits[sequence - 1];

  async *follow({ after }: { readonly after: number }): AsyncGenerator<Commit> {
    yield* this.commits.slice(after);
  }
}

describe('demand', () => {
  const leading = new AbortController();
  let demand: Demand | undefined;

  afterEach(async () => {
    await demand?.stop();
  });

  /** Leads with these claims still there, and tells of changes as they come. */
  const lead = async (log: MemoryLog, claims: readonly ObjectState[] = []) => {
    const cache = new ObjectCache();
    for (const state of claims) cache.put(state);
    const listeners: Parameters<LeaderContext['onChange']>[0][] = [];
    const leader = {
      read: cache,
      signal: leading.signal,
      logger: pino({ level: 'silent' }),
      onChange: (listener: (typeof listeners)[number]) => void listeners.push(listener),
    } as unknown as LeaderContext;
    demand = new Demand(log);
    demand.start(leader);
    await demand.replayed();
    return (state: ObjectState) => {
      for (const listener of listeners) listener({ key: state.key, after: state }, undefined);
    };
  };
  const counts = () => {
    const now = instantOf(new Date());
    const { claims, misses } = countDemand(demand?.of('default/web', now) ?? [], now);
    return { claims: Object.values(claims), misses: Object.values(misses) };
  };

  it('counts what the log says of the last two hours, also of claims that were deleted', async () => {
    const log = new MemoryLog();
    log.append(bound('long-ago', minutesAgo(121)), minutesAgo(121));
    log.append(bound('ada', minutesAgo(90)), minutesAgo(90));
    log.append(bound('bob', minutesAgo(20), 'cold'), minutesAgo(20));
    log.append(bound('eve', minutesAgo(3)), minutesAgo(3));
    log.append(bound('eve', minutesAgo(3)), minutesAgo(1), 'deleted');
    await lead(log);
    expect(counts()).toEqual({ claims: [1, 1, 1, 1, 2], misses: [0, 0, 1, 1, 1] });
  });

  it('is the same under the next leader', async () => {
    const log = new MemoryLog();
    log.append(bound('ada', minutesAgo(8)), minutesAgo(8));
    await lead(log);
    const before = counts();
    await lead(log);
    expect(counts()).toEqual(before);
  });

  it('goes on with what happens, each claim once', async () => {
    const tell = await lead(new MemoryLog());
    tell(waiting('ada'));
    tell(bound('ada', Date.now(), 'cold'));
    tell(bound('bob', Date.now()));
    tell(bound('bob', Date.now()));
    expect(counts()).toEqual({ claims: [1, 1, 1, 1, 1], misses: [1, 1, 1, 1, 1] });
  });

  it('knows at once what claims say that are there still', async () => {
    const log = new MemoryLog();
    log.append(bound('ada', minutesAgo(3)), minutesAgo(3));
    log.end = () => Promise.reject(new Error('NATS is away'));
    await lead(log, [bound('ada', minutesAgo(3))]);
    expect(counts()).toEqual({ claims: [1, 1, 1, 1, 1], misses: [0, 0, 0, 0, 0] });
  });

  it('is nothing for a claim that no preset was found for, or that nothing was said about yet', async () => {
    const tell = await lead(new MemoryLog());
    tell(claim('ada', {}));
    tell(claim('bob', { phase: 'Bound', source: 'cold', missReason: 'NoneMatches' }));
    expect(counts()).toEqual({ claims: [0, 0, 0, 0, 0], misses: [0, 0, 0, 0, 0] });
  });
});

describe('the last sequence before a time', () => {
  it.each([
    [0, 0],
    [100, 0],
    [101, 1],
    [250, 2],
    [1_000, 3],
  ])('at %i is %i', async (time, sequence) => {
    const log = new MemoryLog();
    for (const timestamp of [100, 200, 300]) log.append(bound('ada', timestamp), timestamp);
    expect(await sequenceBefore(log, 3, time)).toBe(sequence);
  });

  it('is after what was cut off', async () => {
    const log = new MemoryLog();
    for (const timestamp of [100, 200, 300]) log.append(bound('ada', timestamp), timestamp);
    const cut = { read: async (sequence: number) => (sequence === 1 ? undefined : log.read(sequence)) };
    expect(await sequenceBefore(cut, 3, 50)).toBe(1);
  });
});
