/** A controller in memory: time passes when the test says so, writes are noted and answered as the test wants. */
import type { ObjectKey } from '@holdfast/contracts';
import type { JsonObject } from '@holdfast/kernel';

import { ALL_SHARES, Controller } from './controller.js';
import type { RunReport, Shares, WatchFailure } from './controller.js';
import { ManualClock } from './manual-clock.fixtures.js';
import { ObjectCache } from './object-cache.js';
import type { ObjectState } from './object-cache.js';
import { RACKS } from './objects.fixtures.js';
import type { Cause, ReconcilerDefinition, RunIdentity, RunWriter, WriteResult } from './reconciler.js';
import { watchFor } from './watches.js';

export interface Written {
  readonly run: RunIdentity;
  readonly key: ObjectKey;
  readonly body: JsonObject;
}

export class ControllerUnderTest {
  readonly clock = new ManualClock();
  readonly cache = new ObjectCache();
  readonly reports: RunReport[] = [];
  readonly watchFailures: WatchFailure[] = [];
  readonly written: Written[] = [];
  readonly controller: Controller;
  /** How the store answers; accepts when the test says nothing else. */
  answer: (state: ObjectState) => Promise<WriteResult> = (state) => Promise.resolve({ ok: true, state });
  private version = 100;
  private runs = 0;

  constructor(definition: Partial<ReconcilerDefinition>, shares: Shares = ALL_SHARES) {
    const whole: ReconcilerDefinition = {
      name: 'rack',
      watches: [watchFor(RACKS)],
      reconcile: () => Promise.resolve({ kind: 'done' }),
      ...definition,
    };
    this.controller = new Controller(whole, {
      clock: this.clock,
      random: () => 0,
      newId: () => `run-${(this.runs += 1)}`,
      newSpan: () => 'span',
      wallClock: () => new Date(Date.parse('2026-01-01T10:00:00Z') + this.clock.now()),
      read: this.cache,
      shares,
      queueObserver: { added: ignore, taken: ignore, finished: ignore, retried: ignore },
      writerFor: (run, signal) => this.writerFor(run, signal),
      report: (report) => this.reports.push(report),
      watchFailed: (failure) => this.watchFailures.push(failure),
    });
    this.controller.start();
  }

  /** An object appears or changes; without a cause it is only looked at again. */
  given(state: ObjectState, cause: Cause | undefined = { version: state.version, correlationID: 'c' }): void {
    const change = this.cache.put(state) ?? { key: state.key, before: state, after: state };
    this.controller.observe(change, cause);
  }

  /** Lets everything go on that waits for nothing but its turn. */
  async turn(): Promise<void> {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  }

  async pass(ms: number): Promise<void> {
    await this.turn();
    this.clock.pass(ms);
    await this.turn();
  }

  get outcomes(): readonly string[] {
    return this.reports.map(({ outcome }) => outcome.kind);
  }

  private writerFor(run: RunIdentity, signal: AbortSignal): RunWriter {
    const versions: number[] = [];
    const underway = new Set<Promise<unknown>>();
    const write = (key: ObjectKey, body: JsonObject): Promise<WriteResult> => {
      if (signal.aborted) return Promise.resolve({ ok: false, refusal: { reason: 'Timeout', message: 'too late' } });
      this.written.push({ run, key, body });
      const state = { key, version: (this.version += 1), object: body };
      const result = this.answer(state);
      const noted: Promise<void> = result.then(
        (answer) => {
          underway.delete(noted);
          if (answer.ok) versions.push(answer.state.version);
        },
        () => void underway.delete(noted),
      );
      underway.add(noted);
      return result;
    };
    return {
      versions,
      settled: async () => void (await Promise.all(underway)),
      create: (key, _, object) => write(key, object),
      patch: (key, _, patch) => write(key, patch),
      updateStatus: (state, _, status) => write(state.key, { status }),
      delete: (key) => write(key, {}),
      finalize: (state) => write(state.key, {}),
    };
  }
}

const ignore = (): void => undefined;
