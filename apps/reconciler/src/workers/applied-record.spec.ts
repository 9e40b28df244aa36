import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '@holdfast/kernel';
import type { DesiredChild } from '@holdfast/reconcile';

import { APPLIED, withAppliedRecord } from './applied-record.js';
import { CONFIG_MAPS, stateOf } from './workers.fixtures.js';

const child = (content: JsonObject, more: Partial<DesiredChild> = {}): DesiredChild => ({
  kind: CONFIG_MAPS,
  name: 'world',
  content,
  ...more,
});
/** As it stands after this was applied and somebody else has added the rest. */
const found = (before: DesiredChild, others: JsonObject, metadata: JsonObject = {}) => {
  const { labels, annotations } = withAppliedRecord(before, undefined);
  return stateOf(CONFIG_MAPS, 'world', {
    ...others,
    metadata: { labels: labels ?? {}, annotations: annotations ?? {}, ...metadata },
  });
};
const contentOf = (next: DesiredChild, state: ReturnType<typeof found>) => withAppliedRecord(next, state).content;

describe('what an answer leaves out of a child', () => {
  it('goes when an answer before had it', () => {
    const state = found(child({ data: { old: '1', same: '2' } }), { data: { old: '1', same: '2' } });
    expect(contentOf(child({ data: { same: '2', new: '3' } }), state)).toEqual({
      data: { old: null, same: '2', new: '3' },
    });
  });

  it('stays when somebody else has set it', () => {
    const state = found(child({ data: { ours: '1' } }), { data: { ours: '1', theirs: '2' } });
    expect(contentOf(child({ data: {} }), state)).toEqual({ data: { ours: null } });
    expect(contentOf(child({}), state)).toEqual({ data: { ours: null } });
  });

  it('goes as a whole when there is nothing else in it', () => {
    const state = found(child({ spec: { limits: { cpu: 1 }, ports: [1] } }), {
      spec: { limits: { cpu: 1 }, ports: [1] },
    });
    expect(contentOf(child({ spec: { ports: [2] } }), state)).toEqual({ spec: { limits: null, ports: [2] } });
    expect(contentOf(child({}), state)).toEqual({ spec: null });
  });

  it('is not asked for again when it is gone already', () => {
    const state = found(child({ data: { old: '1' } }), { data: {} });
    expect(contentOf(child({ data: {} }), state)).toEqual({ data: {} });
  });

  it('goes from labels and annotations, too', () => {
    const before = child({}, { labels: { row: '7' }, annotations: { note: 'x' } });
    expect(withAppliedRecord(child({}, { labels: { app: 'a' } }), found(before, {}))).toMatchObject({
      labels: { row: null, app: 'a' },
      annotations: { note: null, [APPLIED]: '{"metadata":{"labels":{"app":{}},"annotations":{}}}' },
    });
  });

  it.each(['', 'nonsense', '[]', '{"data":7}'])('stays when the record says %j', (record) => {
    const state = found(child({}), { data: { old: '1' } }, { annotations: { [APPLIED]: record } });
    expect(contentOf(child({ data: {} }), state)).toEqual({ data: {} });
  });

  it('is told by the record of the runtime, not by one that was answered', () => {
    const echoed = child({ data: {} }, { annotations: { [APPLIED]: '{"data":{"theirs":{}}}' } });
    expect(withAppliedRecord(echoed, undefined).annotations).toEqual({
      [APPLIED]: '{"data":{},"metadata":{"labels":{},"annotations":{}}}',
    });
  });
});
