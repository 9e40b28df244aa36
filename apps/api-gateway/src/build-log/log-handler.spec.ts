import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { coreKinds, startWire, workspaces } from '../http/wire.fixtures.js';
import type { TestWire } from '../http/wire.fixtures.js';
import type { BuildOutputs, OutputQuery, PrintedMessage } from './build-outputs.js';
import { logHandler } from './log-handler.js';

const LOG = '/apis/prebuilds.holdfast.dev/v1/namespaces/lab/workspaces/web/log';

interface Build {
  readonly number?: number;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What was printed so far; more may come each time that somebody looks. */
class ScriptedOutputs implements BuildOutputs {
  private readonly printed: PrintedMessage[] = [];
  private readonly later: (() => void)[] = [];

  print(text: string, more: Partial<PrintedMessage> = {}): void {
    const sequence = this.printed.length + 1;
    const time = '2026-01-01T10:00:00.000Z';
    this.printed.push({ time, uid: 'uid-1', stream: 'stdout', build: 1, sequence, text, ...more });
  }

  /** Done when there was nothing new. */
  afterThat(act: () => void): void {
    this.later.push(act);
  }

  async next({ build, after }: OutputQuery): Promise<readonly PrintedMessage[]> {
    const found = this.printed.filter(
      (message) => message.sequence > after && (build === undefined || message.build === build),
    );
    if (found.length === 0) this.later.shift()?.();
    return found;
  }

  newest(): Promise<PrintedMessage | undefined> {
    return Promise.resolve(this.printed.at(-1));
  }
}

describe('the log of a workspace', () => {
  let wire: TestWire;
  let outputs: ScriptedOutputs;

  beforeEach(async () => {
    outputs = new ScriptedOutputs();
    const timing = { lookMs: 1, askMs: 0 };
    wire = await startWire([...coreKinds, workspaces], (store) => logHandler(outputs, store, timing));
  });
  afterEach(async () => {
    await wire?.close();
  });

  /** The store says so, each time that it is asked. */
  const workspaceWith = (...builds: readonly Build[]): void => {
    for (const build of builds)
      wire.store.willAnswer('read', {
        metadata: { name: 'web', uid: 'uid-1' },
        status: { build: { number: 1, transition: 'start', ...build } },
      });
  };
  const workspaceIsGone = (): void => wire.store.willRefuse({ reason: 'NotFound', message: 'no such workspace' });
  const log = async (query = ''): Promise<string> =>
    (await wire.request({ method: 'GET', url: `${LOG}${query}` })).body;
  const RUNNING = { status: 'running' };

  it('is what was printed so far, while its build goes on', async () => {
    workspaceWith(RUNNING);
    outputs.print('one\n');
    outputs.print('two\n');
    expect(await log()).toBe('one\ntwo\n');
  });

  it('is followed until the last message of its newest build', async () => {
    workspaceWith(RUNNING, RUNNING);
    outputs.print('one\n');
    outputs.afterThat(() => outputs.print('two\n'));
    outputs.afterThat(() => outputs.print('over\n', { end: true }));
    expect(await log('?follow=true')).toBe('one\ntwo\nover\n');
  });

  it('is followed beyond the end of an earlier build', async () => {
    workspaceWith({ ...RUNNING, number: 2 }, { ...RUNNING, number: 2 });
    outputs.print('built\n', { end: true });
    outputs.afterThat(() => outputs.print('claimed\n', { build: 2, end: true }));
    expect(await log('?follow=true')).toBe('built\nclaimed\n');
  });

  it('ends with the build whose worker was lost before its last message, and says how that ended', async () => {
    workspaceWith(RUNNING, RUNNING, {
      status: 'failed',
      reason: 'WorkerLost',
      message: '3 workers began it and none ended it',
    });
    outputs.print('one\n');
    expect(await log('?follow=true')).toBe(
      'one\nbuild 1 (start) has ended: failed: WorkerLost: 3 workers began it and none ended it\n',
    );
  });

  it('has everything that was stored before the end was known', async () => {
    workspaceWith(RUNNING);
    outputs.afterThat(() => {
      workspaceWith({ status: 'cancelled' });
      outputs.print('one\n');
      outputs.print('two\n', { end: true });
    });
    expect(await log('?follow=true')).toBe('one\ntwo\n');
  });

  it('ends when a later build has taken the place of the one that is followed', async () => {
    workspaceWith(RUNNING, { number: 2, status: 'running' });
    expect(await log('?follow=true&build=1')).toBe('build 1 is over: build 2 (start) has taken its place\n');
  });

  it('ends when the workspace is gone, or another one has its name', async () => {
    workspaceWith(RUNNING);
    workspaceIsGone();
    expect(await log('?follow=true')).toBe('workspace "web" is gone\n');
    workspaceWith(RUNNING);
    wire.store.willAnswer('read', { metadata: { name: 'web', uid: 'uid-2' }, status: {} });
    expect(await log('?follow=true')).toBe('workspace "web" is gone\n');
  });

  it('goes on while the store does not answer', async () => {
    workspaceWith(RUNNING);
    wire.store.willRefuse({ reason: 'ServiceUnavailable', message: 'nobody leads' });
    workspaceWith({ status: 'succeeded' });
    expect(await log('?follow=true')).toBe('build 1 (start) has ended: succeeded\n');
  });

  it('is there for a workspace that is gone, and nobody else by its name', async () => {
    workspaceIsGone();
    outputs.print('of another\n', { uid: 'uid-0' });
    outputs.print('of the last\n');
    expect(await log()).toBe('of the last\n');
  });

  it('is not found where nothing was ever built', async () => {
    workspaceIsGone();
    expect((await wire.request({ method: 'GET', url: LOG })).statusCode).toBe(404);
  });
});
