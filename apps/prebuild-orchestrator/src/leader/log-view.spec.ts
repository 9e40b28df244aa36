import { describe, expect, it } from '@jest/globals';

import { keyOf } from '@holdfast/reconcile';

import { LogView } from './log-view.js';

const PRESETS = { group: 'prebuilds.holdfast.dev', resource: 'presets' };
const preset = (name: string, version: number) => ({
  key: keyOf(PRESETS, 'default', name),
  version,
  object: { metadata: { uid: `uid-${name}` } },
});
const signal = () => new AbortController().signal;

describe('the objects of one version of the log', () => {
  it('are not those of a listing until the log has caught up with its newest page', async () => {
    const view = new LogView(() => true);
    view.list(preset('first-page', 900));
    view.list(preset('last-page', 2_100));
    view.reached(1_023);
    expect([view.isWhole, view.version]).toEqual([false, 1_023]);
    const whole = view.atLeast(0, signal());
    view.reached(3_071);
    await whole;
    expect(view.isWhole).toBe(true);
  });

  it('are waited for, by whoever wrote what they are to show', async () => {
    const view = new LogView(() => true);
    view.reached(1_023);
    const reached: number[] = [];
    const waiting = [2_048, 1_024].map((version) => view.atLeast(version, signal()).then(() => reached.push(version)));
    await view.atLeast(1_000, signal());
    view.reached(2_047);
    await waiting[1];
    expect(reached).toEqual([1_024]);
    view.reached(3_071);
    await Promise.all(waiting);
    expect(reached).toEqual([1_024, 2_048]);
  });

  it('are waited for no longer than whoever waits leads', async () => {
    const view = new LogView(() => true);
    const term = new AbortController();
    const waiting = view.atLeast(5_000, term.signal);
    term.abort(new Error('this process leads no more'));
    await expect(waiting).rejects.toThrow('leads no more');
    await expect(view.atLeast(1, term.signal)).rejects.toThrow('leads no more');
  });

  it('are those of pools alone', () => {
    const view = new LogView(({ resource }) => resource === 'presets');
    view.list(preset('kept', 1));
    view.list({ ...preset('left', 2), key: keyOf({ group: '', resource: 'events' }, 'default', 'left') });
    expect([view.read.list(PRESETS).length, view.read.inNamespace('default').length]).toEqual([1, 1]);
  });
});
