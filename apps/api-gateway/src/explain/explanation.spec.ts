import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';
import type { RecordedChange } from '@holdfast/read-models';

import { explain, MOST_WRITES } from './explanation.js';

const change = (version: number, name: string, given: Partial<RecordedChange> = {}): RecordedChange => ({
  version,
  time: new Date('2026-01-01T10:00:00Z'),
  type: 'created',
  key: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name },
  uid: `uid-${name}`,
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'Rack',
  actor: 'admin',
  fieldManager: undefined,
  requestID: `request-${version}`,
  correlationID: 'story',
  causationID: undefined,
  changed: [],
  ...given,
});

/** A change that a run of a controller made because of another. */
const effect = (version: number, name: string, run: string, cause: number | string): RecordedChange =>
  change(version, name, { actor: 'system:controller:rack', requestID: run, causationID: String(cause) });

const run = (id: string, given: Partial<RunRecord> = {}): RunRecord => ({
  schema: 1,
  id,
  controller: 'rack',
  object: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' },
  reason: 'Change',
  attempt: 0,
  traceparent: '00-0-0-01',
  startedAt: '2026-01-01T10:00:00.125Z',
  waitedMs: 0.1,
  durationMs: 12,
  outcome: { kind: 'done' },
  writes: [],
  ...given,
});

const first = (
  changes: readonly RecordedChange[],
  runs: readonly RunRecord[] = [],
  known: readonly RecordedChange[] = [],
): JsonObject => {
  const { changes: told } = explain({ changes, runs: [] }, { changes: [...changes, ...known], runs });
  return (told as readonly JsonObject[])[0] ?? {};
};

describe('a change that somebody asked for', () => {
  it('is told with who, when and what, and has no cause', () => {
    expect(
      first([change(1024, 'rack-01', { type: 'specChanged', changed: ['/spec/size'], fieldManager: 'kubectl' })]),
    ).toEqual({
      resourceVersion: '1024',
      time: '2026-01-01T10:00:00.000Z',
      type: 'dev.holdfast.resource.specChanged',
      actor: 'admin',
      fieldManager: 'kubectl',
      object: {
        apiVersion: 'inventory.holdfast.dev/v1',
        kind: 'Rack',
        namespace: 'default',
        name: 'rack-01',
        uid: 'uid-rack-01',
      },
      changed: ['/spec/size'],
      requestID: 'request-1024',
      correlationID: 'story',
    });
  });

  it('leaves out the namespace where there is none', () => {
    const key = { group: '', resource: 'namespaces', namespace: '', name: 'a' };
    expect(first([change(1024, 'a', { key })])['object']).not.toHaveProperty('namespace');
  });
});

describe('a change that a run made', () => {
  const origin = change(1024, 'template');
  const middle = effect(2048, 'rack-01', 'run-1', 1024);
  const last = effect(3072, 'chassis-0', 'run-2', 2048);

  it('leads back to what somebody asked for', () => {
    const told = first([last], [run('run-1'), run('run-2')], [middle, origin]);
    expect(told).toMatchObject({
      resourceVersion: '3072',
      run: { id: 'run-2', recorded: true },
      cause: {
        resourceVersion: '2048',
        run: { id: 'run-1', recorded: true },
        cause: { resourceVersion: '1024', actor: 'admin', object: { name: 'template' } },
      },
    });
  });

  it('says so when the run is no longer kept, and leads back all the same', () => {
    expect(first([last], [], [middle, origin])).toMatchObject({
      run: { id: 'run-2', controller: 'rack', recorded: false },
      cause: { cause: { actor: 'admin' } },
    });
  });

  it('names the cause by its version where that is all there is', () => {
    expect(first([middle])['cause']).toEqual({ resourceVersion: '1024' });
  });

  it('has no cause where the run had none, or its id is no version', () => {
    expect(first([change(2048, 'a', { actor: 'system:controller:rack' })])).not.toHaveProperty('cause');
    expect(first([effect(2048, 'a', 'run-1', 'somebody')])).not.toHaveProperty('cause');
  });

  it('never goes in a circle, whatever causes are claimed', () => {
    const one = effect(2048, 'a', 'run-1', 3072);
    const other = effect(3072, 'b', 'run-2', 2048);
    expect(first([other], [], [one])).toMatchObject({ cause: { resourceVersion: '2048' } });
    expect(first([one], [], [other])).not.toHaveProperty('cause');
    expect(first([effect(2048, 'a', 'run-1', 2048)])).not.toHaveProperty('cause');
  });

  it('of one transaction share their run and their cause', () => {
    const both = [effect(2049, 'b', 'run-1', 1024), effect(2048, 'a', 'run-1', 1024)];
    const { changes } = explain({ changes: both, runs: [] }, { changes: [...both, origin], runs: [run('run-1')] });
    expect(changes).toMatchObject([
      { object: { name: 'b' }, run: { id: 'run-1' }, cause: { resourceVersion: '1024' } },
      { object: { name: 'a' }, run: { id: 'run-1' }, cause: { resourceVersion: '1024' } },
    ]);
  });

  it('can be the end of the object', () => {
    const gone = { ...last, type: 'deleted' } as const;
    expect(first([gone])).toMatchObject({ type: 'dev.holdfast.resource.deleted', object: { uid: 'uid-chassis-0' } });
  });
});

describe('a run about the object', () => {
  const origin = change(1024, 'template');
  const written = effect(2048, 'chassis-0', 'run-1', 1024);
  const told = (record: RunRecord, changes: readonly RecordedChange[] = [origin, written]): unknown => {
    const { runs } = explain({ changes: [], runs: [record] }, { changes, runs: [record] });
    return (runs as readonly unknown[])[0];
  };

  it('is told with its outcome, what led to it and what it wrote', () => {
    const record = run('run-1', {
      attempt: 3,
      cause: { resourceVersion: '1024', correlationID: 'story' },
      outcome: { kind: 'retry', reason: 'Error', message: 'no power' },
      againInMs: 40,
      writes: ['2048'],
    });
    expect(told(record)).toEqual({
      id: 'run-1',
      controller: 'rack',
      recorded: true,
      object: { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' },
      reason: 'Change',
      attempt: 3,
      traceparent: '00-0-0-01',
      startedAt: '2026-01-01T10:00:00.125Z',
      waitedMs: 0.1,
      durationMs: 12,
      outcome: { kind: 'retry', reason: 'Error', message: 'no power' },
      againInMs: 40,
      cause: expect.objectContaining({ resourceVersion: '1024', actor: 'admin' }) as unknown,
      writes: [
        {
          resourceVersion: '2048',
          type: 'dev.holdfast.resource.created',
          object: expect.objectContaining({ name: 'chassis-0' }) as unknown,
        },
      ],
    });
  });

  it('names what it wrote by version where nothing more is known', () => {
    expect(told(run('run-1', { writes: ['2048'] }), [])).toMatchObject({ writes: [{ resourceVersion: '2048' }] });
  });

  it('that wrote very much says how much more that was', () => {
    const writes = Array.from({ length: MOST_WRITES + 7 }, (_, i) => String(i + 1));
    expect(told(run('run-1', { writes }))).toMatchObject({ writes: { length: MOST_WRITES }, moreWrites: 7 });
  });
});
