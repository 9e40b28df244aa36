import { describe, expect, it } from '@jest/globals';

import { readAnswer } from './reconcile-answer.js';
import type { Answer } from './reconcile-answer.js';
import { acceptedReconciler, CONFIG_MAPS, GREETINGS, publishedSchema, stateOf } from './workers.fixtures.js';

const DONE = { outcome: { kind: 'done' } };
const CHILD = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'world' }, data: { text: 'Hello' } };
const withChild = (child: object) => ({ ...DONE, children: [child] });

const read = (answer: unknown, reconciler = acceptedReconciler()): Answer => {
  const bytes = typeof answer === 'string' || Buffer.isBuffer(answer) ? answer : JSON.stringify(answer);
  return readAnswer(Buffer.from(bytes), reconciler, stateOf(GREETINGS, 'world'));
};
const follows = publishedSchema('answer');

describe("a worker's answer", () => {
  it.each([
    ['done', { kind: 'done' }, { kind: 'done' }],
    [
      'done, with a word',
      { kind: 'done', reason: 'Greeted', message: 'Hello' },
      { kind: 'done', reason: 'Greeted', message: 'Hello' },
    ],
    ['after', { kind: 'after', seconds: 1.5 }, { kind: 'after', ms: 1_500 }],
    [
      'waiting',
      { kind: 'waiting', reason: 'NoDisk', message: 'there is no disk' },
      { kind: 'waiting', reason: 'NoDisk', message: 'there is no disk' },
    ],
    [
      'waiting for so long',
      { kind: 'waiting', seconds: 2, reason: 'NoDisk', message: '' },
      { kind: 'waiting', ms: 2_000, reason: 'NoDisk', message: '' },
    ],
    [
      'stalled',
      { kind: 'stalled', reason: 'NoName', message: 'there is no name' },
      { kind: 'stalled', reason: 'NoName', message: 'there is no name' },
    ],
    ['retry', { kind: 'retry', message: 'boom' }, { kind: 'retry', error: new Error('boom') }],
  ])('%s becomes the outcome', (_, answered, outcome) => {
    expect(read({ outcome: answered })).toEqual({ ok: true, outcome, children: undefined });
    expect(follows({ outcome: answered })).toBe(true);
  });

  it('carries what was observed, and the children that there shall be', () => {
    const labels = { app: 'greeting' };
    const child = { ...CHILD, metadata: { name: 'world', namespace: 'default', labels } };
    const answer = { ...DONE, status: { text: 'Hello' }, children: [child] };
    expect(read(answer)).toEqual({
      ok: true,
      outcome: { kind: 'done', status: { text: 'Hello' } },
      children: [{ kind: CONFIG_MAPS, name: 'world', content: { data: { text: 'Hello' } }, labels }],
    });
    expect(follows(answer)).toBe(true);
  });

  it('tells no children from none', () => {
    expect(read({ ...DONE, children: [] })).toMatchObject({ children: [] });
    expect(read(DONE)).toMatchObject({ children: undefined });
  });

  it.each([
    ['nothing', '', /^not readable as JSON: /],
    ['garbage', Buffer.from([0xff, 0x00, 0x13]), /^not readable as JSON: /],
    ['half an answer', '{"outcome":{"kind":"do', /^not readable as JSON: /],
    ['a member twice', '{"outcome":{"kind":"done"},"outcome":{"kind":"done"}}', /duplicate field/],
  ])('that is %s is not read', (_, bytes, problem) => {
    expect(read(bytes)).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
  });

  it.each([
    ['a list', [], /expected object/],
    ['without an outcome', {}, 'outcome: must be an object with a kind'],
    [
      'of an unknown outcome',
      { outcome: { kind: 'finished' } },
      'outcome.kind: must be done, after, waiting, stalled or retry',
    ],
    ['whose outcome is a word', { outcome: 'done' }, 'outcome: must be an object with a kind'],
    ['with a member that there is not', { ...DONE, statuss: {} }, /Unrecognized key: "statuss"/],
    ['after no time', { outcome: { kind: 'after' } }, /^outcome.seconds: /],
    ['after a negative time', { outcome: { kind: 'after', seconds: -1 } }, /^outcome.seconds: /],
    ['after no time at all', { outcome: { kind: 'after', seconds: 0 } }, /^outcome.seconds: /],
    [
      'waiting for no time at all',
      { outcome: { kind: 'waiting', seconds: 0.05, reason: 'NoDisk', message: '' } },
      /^outcome.seconds: /,
    ],
    ['after longer than a timer takes', { outcome: { kind: 'after', seconds: 1e9 } }, /^outcome.seconds: /],
    ['waiting for nothing', { outcome: { kind: 'waiting', message: '' } }, /^outcome.reason: /],
    [
      'whose reason is a sentence',
      { outcome: { kind: 'stalled', reason: 'no disk', message: '' } },
      'outcome.reason: must be a CamelCase word, such as DiskFull',
    ],
    ['whose status is a word', { ...DONE, status: 'ready' }, /^status: /],
    [
      'that tells how far it has observed',
      { ...DONE, status: { observedGeneration: 1 } },
      'status.observedGeneration: follows from the outcome, and must not be answered',
    ],
    [
      'with a condition that is neither true nor false',
      { ...DONE, status: { conditions: [{ type: 'Warm', status: 'Maybe', reason: 'Warm', message: '' }] } },
      /^status.conditions\[0\].status: /,
    ],
    ['whose children are an object', { ...DONE, children: {} }, /^children: /],
    [
      'with more children than are taken',
      { ...DONE, children: Array.from({ length: 1_001 }, () => CHILD) },
      /^children: /,
    ],
    ['with a child without a name', withChild({ ...CHILD, metadata: {} }), /^children\[0\].metadata.name: /],
    [
      'with a child that has an owner already',
      withChild({ ...CHILD, metadata: { name: 'world', ownerReferences: [] } }),
      /^children\[0\].metadata: Unrecognized key: "ownerReferences"/,
    ],
    [
      'with a child as it was read',
      withChild({ ...CHILD, metadata: { name: 'world', uid: 'u', resourceVersion: '1' } }),
      /^children\[0\].metadata: Unrecognized keys: "uid", "resourceVersion"/,
    ],
    [
      'with the status of a child',
      withChild({ ...CHILD, status: {} }),
      'children[0].status: belongs to the controller of ConfigMap',
    ],
  ])('%s is wrong, and follows no schema', (_, answer, problem) => {
    const problems = [typeof problem === 'string' ? problem : expect.stringMatching(problem)];
    expect(read(answer)).toEqual({ ok: false, problems });
    expect(follows(answer)).toBe(false);
  });

  it.each([
    [
      'a child in another namespace',
      withChild({ ...CHILD, metadata: { name: 'world', namespace: 'kube-system' } }),
      'children[0].metadata.namespace: must be "default", where the object is, not "kube-system"',
    ],
    [
      'a child of a kind that is not owned',
      withChild({ ...CHILD, kind: 'Namespace' }),
      'children[0]: Namespace (v1) is not among spec.owns of the Reconciler',
    ],
    [
      'a child of another version of an owned kind',
      withChild({ ...CHILD, apiVersion: 'v2' }),
      'children[0]: ConfigMap (v2) is not among spec.owns of the Reconciler',
    ],
    [
      'the same child twice',
      { ...DONE, children: [CHILD, CHILD] },
      'children[1]: ConfigMap "world" stands at children[0] already',
    ],
  ])('with %s is wrong', (_, answer, problem) => {
    expect(read(answer)).toEqual({ ok: false, problems: [problem] });
  });

  it('may have conditions of its own, beside the one that follows from the outcome', () => {
    const own = { type: 'Warm', status: 'True', reason: 'Heated', message: '' };
    const answer = { ...DONE, status: { conditions: [own] } };
    expect(read(answer)).toMatchObject({ ok: true, outcome: { status: { conditions: [own] } } });
    expect(follows(answer)).toBe(true);
    const summary = { ...DONE, status: { conditions: [own, { ...own, type: 'Ready' }] } };
    expect(read(summary)).toEqual({
      ok: false,
      problems: ['status.conditions[1]: Ready follows from the outcome, and must not be answered'],
    });
  });

  it('has no status for a kind without one', () => {
    const reconciler = { ...acceptedReconciler(), for: CONFIG_MAPS };
    expect(read({ ...DONE, status: {} }, reconciler)).toEqual({
      ok: false,
      problems: ['status: ConfigMap has no status subresource'],
    });
  });

  it('tells all that is wrong at once', () => {
    const answer = { outcome: { kind: 'after', seconds: 'soon' }, status: 7, more: true };
    expect(read(answer)).toMatchObject({ problems: { length: 3 } });
  });
});
