import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '@holdfast/kernel';
import type { ObjectState } from '@holdfast/reconcile';

import { judgeReconcilers } from './judge-reconcilers.js';
import type { InProcess, Verdict } from './judge-reconcilers.js';
import type { KindLookup, KnownKind } from './known-kinds.js';
import type { ReconcilerSpec } from './reconciler-kind.js';
import { CONFIG_MAPS, GREETINGS, PHRASES, reconcilerSpec, stateOf } from './workers.fixtures.js';

const RECONCILERS: KnownKind = {
  ...GREETINGS,
  group: 'holdfast.dev',
  resource: 'reconcilers',
  kind: 'Reconciler',
  scope: 'Cluster',
};
const NAMESPACES: KnownKind = { ...CONFIG_MAPS, resource: 'namespaces', kind: 'Namespace', scope: 'Cluster' };

const kinds: KindLookup = ({ apiVersion, kind }) =>
  [GREETINGS, CONFIG_MAPS, PHRASES, NAMESPACES].find((known) => known.kind === kind) ?? {
    missing: `there is no kind ${kind} in ${apiVersion}`,
  };

const registered = (
  name: string,
  at: string,
  spec: Partial<ReconcilerSpec> = {},
  metadata: JsonObject = {},
): ObjectState =>
  stateOf(RECONCILERS, name, {
    metadata: { creationTimestamp: `2026-01-01T${at}:00Z`, ...metadata },
    spec: reconcilerSpec(spec),
  });
const judge = (
  reconcilers: readonly ObjectState[],
  inProcess: readonly InProcess[] = [],
): ReadonlyMap<string, Verdict> => judgeReconcilers({ reconcilers, kinds, inProcess });
const verdicts = (...given: Parameters<typeof judge>): Record<string, string> =>
  Object.fromEntries(
    [...judge(...given)].map(([name, verdict]) => [name, verdict.status === 'accepted' ? 'accepted' : verdict.reason]),
  );
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

describe('a Reconciler', () => {
  it('is accepted with the kinds that it names', () => {
    const spec = {
      watches: [{ apiVersion: 'examples.holdfast.dev/v1', kind: 'Phrase', wakes: { field: '.spec.phrase' } }],
    };
    expect(judge([registered('greeting', '10:00', spec)]).get('greeting')).toEqual({
      status: 'accepted',
      reconciler: {
        name: 'greeting',
        uid: 'uid-of-greeting',
        spec: reconcilerSpec(spec),
        for: GREETINGS,
        owns: [CONFIG_MAPS],
        watches: [{ kind: PHRASES, field: '.spec.phrase' }],
      },
    });
  });

  it.each<[string, Partial<ReconcilerSpec>, string, string]>([
    [
      'for a kind that there is not',
      { for: { apiVersion: 'v1', kind: 'Pod' } },
      'KindNotFound',
      'spec.for: there is no kind Pod in v1',
    ],
    [
      'that owns a kind that there is not',
      { owns: [CONFIG_MAP, { apiVersion: 'v1', kind: 'Pod' }] },
      'KindNotFound',
      'spec.owns[1]: there is no kind Pod in v1',
    ],
    [
      'that owns what has no namespace',
      { owns: [{ apiVersion: 'v1', kind: 'Namespace' }] },
      'ScopeMismatch',
      'spec.owns[0]: Namespace is cluster-scoped, Greeting namespaced',
    ],
    [
      'without a namespace that names what has one',
      {
        for: { apiVersion: 'v1', kind: 'Namespace' },
        owns: [],
        watches: [{ ...CONFIG_MAP, wakes: { field: '.spec.map' } }],
      },
      'ScopeMismatch',
      'spec.watches[0]: ConfigMap is namespaced, and Namespace has no namespace to look for it in',
    ],
  ])('%s is refused', (_, spec, reason, message) => {
    expect(judge([registered('greeting', '10:00', spec)]).get('greeting')).toEqual({
      status: 'refused',
      reason,
      message,
    });
  });

  it('of two for one kind with the same children the older is accepted, wherever it stands', () => {
    const older = registered('b', '10:00');
    const younger = registered('a', '10:01', { condition: 'Friendly' });
    expect(verdicts([older, younger])).toEqual({ b: 'accepted', a: 'ForTaken' });
    expect(verdicts([younger, older])).toEqual({ b: 'accepted', a: 'ForTaken' });
  });

  it('of two of one second the first by name is accepted', () => {
    expect(verdicts([registered('b', '10:00'), registered('a', '10:00')])).toEqual({ a: 'accepted', b: 'ForTaken' });
  });

  it('two for one kind are accepted when they share neither children nor a condition', () => {
    const other = registered('other', '10:01', { owns: [], condition: 'Friendly' });
    expect(verdicts([registered('greeting', '10:00'), other])).toEqual({ greeting: 'accepted', other: 'accepted' });
  });

  it('that would write the condition of another is refused, and told of whom', () => {
    const other = registered('other', '10:01', { owns: [] });
    expect(judge([registered('greeting', '10:00'), other]).get('other')).toMatchObject({
      message: 'Reconciler "greeting" already writes the condition Ready of Greeting (examples.holdfast.dev/v1)',
    });
  });

  it('that would let go what another holds is refused: of two of one finalizer the first would end both', () => {
    const finalizer = 'examples.holdfast.dev/greeting';
    const holding = (name: string, at: string, spec: Partial<ReconcilerSpec>) =>
      registered(name, at, { owns: [], finalizer, ...spec });
    const other = holding('other', '10:01', { condition: 'Friendly' });
    expect(judge([holding('greeting', '10:00', {}), other]).get('other')).toEqual({
      status: 'refused',
      reason: 'ForTaken',
      message:
        'Reconciler "greeting" already holds Greeting (examples.holdfast.dev/v1) by examples.holdfast.dev/greeting',
    });
    const ofAnotherKind = holding('other', '10:01', {
      for: { apiVersion: 'examples.holdfast.dev/v1', kind: 'Phrase' },
    });
    expect(verdicts([holding('greeting', '10:00', {}), ofAnotherKind])).toMatchObject({ other: 'accepted' });
  });

  it('makes room when it is being deleted', () => {
    const going = registered('a', '10:00', {}, { deletionTimestamp: '2026-01-01T11:00:00Z' });
    expect(verdicts([going, registered('b', '10:01')])).toEqual({ a: 'BeingDeleted', b: 'accepted' });
  });

  it("that is itself refused is in nobody's way", () => {
    const broken = registered('a', '10:00', { owns: [CONFIG_MAP, { apiVersion: 'v1', kind: 'Pod' }] });
    expect(verdicts([broken, registered('b', '10:01')])).toEqual({ a: 'KindNotFound', b: 'accepted' });
  });

  it("gives way to Holdfast's own: to their names, children, conditions and finalizers", () => {
    const own: InProcess = {
      name: 'greeting',
      for: GREETINGS,
      owns: [CONFIG_MAPS],
      reports: { condition: 'Ready' },
      finalizer: 'examples.holdfast.dev/greeting',
    };
    const alone = { owns: [], condition: 'Friendly' };
    const reconcilers = [
      registered('greeting', '10:00', alone),
      registered('owning', '10:00', { condition: 'Owned' }),
      registered('reporting', '10:00', { owns: [] }),
      registered('holding', '10:00', { ...alone, finalizer: 'examples.holdfast.dev/greeting' }),
      registered('alone', '10:00', alone),
    ];
    expect(verdicts(reconcilers, [own])).toEqual({
      greeting: 'NameTaken',
      owning: 'ForTaken',
      reporting: 'ForTaken',
      holding: 'ForTaken',
      alone: 'accepted',
    });
    expect(judge(reconcilers, [own]).get('owning')).toMatchObject({
      message: 'Holdfast\'s own "greeting" already makes the ConfigMap of each Greeting (examples.holdfast.dev/v1)',
    });
  });
});
