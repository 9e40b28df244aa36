import { describe, expect, it } from '@jest/globals';

import { at, build, claimRef, text, workspace } from './builds.fixtures.js';
import type { WorkspaceParts } from './builds.fixtures.js';
import { nextStep } from './next-step.js';
import type { NextStep } from './next-step.js';

const NOW = at('10:10');
const step = (parts: WorkspaceParts): NextStep | undefined => nextStep(workspace(parts), NOW);
const does = (transition: 'start' | 'stop' | 'claim' | 'delete'): NextStep => ({ kind: 'build', transition });

describe('a workspace that shall be there', () => {
  it.each<[string, WorkspaceParts, NextStep | undefined]>([
    ['is protected from deletion before anything is built', { metadata: { finalizers: [] } }, { kind: 'protect' }],
    ['is started', {}, does('start')],
    ['is not stopped before it was ever built', { spec: { transition: 'stop' } }, undefined],
    ['is left alone while it waits to be built', { status: { build: build('start', 'pending') } }, undefined],
    ['is left alone while it is built', { status: { build: build('start', 'running') } }, undefined],
    ['is left alone when it is built', { status: { build: build('start', 'succeeded') } }, undefined],
    ['is not built again after a failure', { status: { build: build('start', 'failed') } }, undefined],
    ['is not built again after a cancellation', { status: { build: build('start', 'cancelled') } }, undefined],
    [
      'is stopped when that is wished',
      { spec: { transition: 'stop' }, status: { build: build('start', 'succeeded') } },
      does('stop'),
    ],
    [
      'is stopped although it is still built',
      { spec: { transition: 'stop' }, status: { build: build('start', 'running') } },
      does('stop'),
    ],
    [
      'is stopped after a build that failed, too',
      { spec: { transition: 'stop' }, status: { build: build('start', 'failed') } },
      does('stop'),
    ],
    [
      'is stopped once the hook of its claim has ended',
      { spec: { transition: 'stop', claimRef }, status: { build: build('claim', 'succeeded') } },
      does('stop'),
    ],
    [
      'is not stopped in the middle of the hook of its claim',
      { spec: { transition: 'stop', claimRef }, status: { build: build('claim', 'running') } },
      undefined,
    ],
    [
      'is not stopped twice',
      { spec: { transition: 'stop' }, status: { build: build('stop', 'succeeded') } },
      undefined,
    ],
    [
      'is not stopped again by itself when stopping failed',
      { spec: { transition: 'stop' }, status: { build: build('stop', 'failed') } },
      undefined,
    ],
    ['is started again after a stop', { status: { build: build('stop', 'succeeded') } }, does('start')],
    ['is started again after a stop that failed', { status: { build: build('stop', 'failed') } }, does('start')],
    ['is started again only when it has stopped', { status: { build: build('stop', 'running') } }, undefined],
  ])('%s', (_, parts, expected) => {
    expect(step(parts)).toEqual(expected);
  });
});

describe('a workspace that is claimed', () => {
  it.each<[string, WorkspaceParts, NextStep | undefined]>([
    ['is told its owner', { spec: { claimRef }, status: { build: build('start', 'succeeded') } }, does('claim')],
    [
      'is told its owner when it is built, if it was claimed before',
      { spec: { claimRef }, status: { build: build('start', 'running') } },
      undefined,
    ],
    [
      'is not told of an owner when it never came to be',
      { spec: { claimRef }, status: { build: build('start', 'failed') } },
      undefined,
    ],
    [
      'is told once',
      { spec: { claimRef }, status: { build: build('claim', 'succeeded'), claimedFor: claimRef.uid } },
      undefined,
    ],
    [
      'is not told twice when the hook failed',
      { spec: { claimRef }, status: { build: build('claim', 'failed') } },
      undefined,
    ],
    [
      'is not told again after it was stopped and started',
      { spec: { claimRef }, status: { build: build('start', 'succeeded', { number: 4 }), claimedFor: claimRef.uid } },
      undefined,
    ],
    [
      'is told after a stop and a start if it did not hear it before',
      { spec: { claimRef }, status: { build: build('start', 'succeeded', { number: 4 }) } },
      does('claim'),
    ],
    [
      'waits for that until it runs',
      { spec: { claimRef, transition: 'stop' }, status: { build: build('stop', 'succeeded') } },
      undefined,
    ],
  ])('%s', (_, parts, expected) => {
    expect(step(parts)).toEqual(expected);
  });
});

describe('a workspace that shall go', () => {
  const metadata = { deletionTimestamp: text('10:00') };
  const deleted = (minute: string) => build('delete', 'failed', { number: 2, endedAt: text(minute) });

  it.each<[string, WorkspaceParts, NextStep | undefined]>([
    ['goes at once when nothing was ever begun', { metadata }, { kind: 'release' }],
    [
      'goes at once when no worker ever took it',
      { metadata, status: { build: build('start', 'pending') } },
      { kind: 'release' },
    ],
    ['is cleared away', { metadata, status: { build: build('start', 'succeeded') } }, does('delete')],
    [
      'is cleared away in the middle of its build',
      { metadata, status: { build: build('start', 'running') } },
      does('delete'),
    ],
    [
      'is cleared away in the middle of a claim',
      { metadata, spec: { claimRef }, status: { build: build('claim', 'running') } },
      does('delete'),
    ],
    [
      'is cleared away when it could not be built',
      { metadata, status: { build: build('start', 'failed') } },
      does('delete'),
    ],
    [
      'is cleared away when it is stopped',
      { metadata, spec: { transition: 'stop' }, status: { build: build('stop', 'succeeded') } },
      does('delete'),
    ],
    ['is waited for', { metadata, status: { build: build('delete', 'running', { number: 2 }) } }, undefined],
    [
      'goes when it is cleared away',
      { metadata, status: { build: build('delete', 'succeeded', { number: 2 }) } },
      { kind: 'release' },
    ],
    ['is cleared away again after a failure', { metadata, status: { build: deleted('10:01') } }, does('delete')],
    [
      'waits longer the longer that has failed',
      { metadata, status: { build: deleted('10:08') } },
      { kind: 'wait', until: at('10:16') },
    ],
    [
      'waits ten minutes at most',
      { metadata: { deletionTimestamp: text('08:00') }, status: { build: deleted('10:08') } },
      { kind: 'wait', until: at('10:18') },
    ],
    ["is nobody's business without the finalizer", { metadata: { ...metadata, finalizers: ['other'] } }, undefined],
  ])('%s', (_, parts, expected) => {
    expect(step(parts)).toEqual(expected);
  });
});
