import { describe, expect, it } from '@jest/globals';

import { seconds } from '../instant.js';
import { at } from '../pools.fixtures.js';
import { decideClaim } from './decide-claim.js';
import { given, starting, template, warm, web } from './claims.fixtures.js';

const gets = (id: string) => expect.objectContaining({ kind: 'warm', workspace: expect.objectContaining({ id }) });
const cold = (missReason: string, changes: object = {}) => ({
  kind: 'cold',
  workspace: { template: 'node', version: 'v2', preset: 'web', parameters: { size: 'small' }, ...changes },
  missReason,
});
describe('a claim on a preset', () => {
  it('gets the oldest that is ready, whatever the order in which they are listed', () => {
    const workspaces = [warm('b', at('11:00')), warm('a', at('10:00')), warm('c', at('11:30'))];
    expect(given({ workspaces }).whenClaimed()).toEqual(gets('a'));
    expect(given({ workspaces: workspaces.toReversed() }).whenClaimed()).toEqual(gets('a'));
  });

  it('gets the first by name of those that are equally old', () => {
    const workspaces = [warm('b', at('10:00')), warm('a', at('10:00'))];
    expect(given({ workspaces }).whenClaimed()).toEqual(gets('a'));
  });

  it('gets none that another claim is about to get', () => {
    const workspaces = [warm('a', at('10:00')), warm('b', at('11:00'))];
    expect(given({ workspaces, reserved: ['a'] }).whenClaimed()).toEqual(gets('b'));
  });

  it.each([
    ['of another preset', warm('a', at('10:00'), { preset: 'api' })],
    ['of a version that is not active', warm('a', at('10:00'), { version: 'v1' })],
    ['that is not ready', starting('a')],
  ])('gets none %s', (_what, workspace) => {
    expect(given({ workspaces: [workspace] }).whenClaimed()).toEqual(cold('NoneReady'));
  });

  it('gets none that is older than the ttl, strictly', () => {
    const presets = [{ ...web, settings: { ttl: seconds(3_600) } }];
    expect(given({ presets, workspaces: [warm('a', at('11:00'))] }).whenClaimed()).toEqual(gets('a'));
    expect(given({ presets, workspaces: [warm('a', at('11:00') - 1n)] }).whenClaimed()).toEqual(cold('NoneReady'));
  });

  it('gets none from before the last invalidation', () => {
    const presets = [{ ...web, invalidatedAt: at('11:00') }];
    expect(given({ presets, workspaces: [warm('a', at('10:59'))] }).whenClaimed()).toEqual(cold('NoneReady'));
    expect(given({ presets, workspaces: [warm('a', at('11:00'))] }).whenClaimed()).toEqual(gets('a'));
  });

  it('gets one of the versions before while a surge keeps those, the oldest, once none of the active version is ready', () => {
    const presets = [{ ...web, retiringVersions: ['v1', 'v0'] }];
    const old = warm('old', at('08:00'), { version: 'v1' });
    const older = warm('older', at('07:00'), { version: 'v0' });
    expect(given({ presets, workspaces: [old, warm('new', at('11:00'))] }).whenClaimed()).toEqual(gets('new'));
    expect(given({ presets, workspaces: [old] }).whenClaimed()).toEqual(gets('old'));
    expect(given({ presets, workspaces: [old, older] }).whenClaimed()).toEqual(gets('older'));
  });

  it('is refused when there is no such preset', () => {
    expect(given({}).whenClaimed({ preset: 'mobile' })).toEqual({
      kind: 'refused',
      because: { kind: 'no-preset', preset: 'mobile' },
    });
  });

  it('is refused when there is nothing to decide on', () => {
    const nobody = { isReserved: () => false, waitingAhead: () => 0 };
    const decide = (asked: object) =>
      decideClaim(undefined, { parameters: {}, waitUntil: at('12:00'), ...asked }, nobody, at('12:00'));
    expect([decide({ preset: 'web' }), decide({ template: 'node' })]).toEqual([
      { kind: 'refused', because: { kind: 'no-preset', preset: 'web' } },
      { kind: 'refused', because: { kind: 'no-template', template: 'node' } },
    ]);
  });

  it('is refused when its template has no active version to build', () => {
    expect(given({ template: { name: 'node', deprecated: false } }).whenClaimed()).toEqual({
      kind: 'refused',
      because: { kind: 'no-active-version', template: 'node' },
    });
  });
});

describe('a claim that finds none ready', () => {
  it.each(['PoolPaused', 'HardLimited', 'PoolIsEmptyByDesign'] as const)(
    'is built cold and told %s when that is why',
    (shortage) => {
      expect(given({ presets: [{ ...web, shortage }] }).whenClaimed()).toEqual(cold(shortage));
    },
  );

  it('is built cold without a look at the pool when the template is deprecated: its pools are being emptied', () => {
    const deprecated = { ...template, deprecated: 'use go' };
    const decision = given({ template: deprecated, workspaces: [warm('a', at('10:00'))] }).whenClaimed();
    const message = 'template "node" is deprecated: use go';
    expect(decision).toEqual({ ...cold('TemplateDeprecated'), message });
  });

  it('is told that the active version does not take what the preset gives: nothing fills the pool then', () => {
    const parameters = { size: 'medium' };
    const presets = [{ ...web, parameters, shortage: 'PoolPaused' as const }];
    expect(given({ presets }).whenClaimed()).toEqual(cold('ParametersNotAccepted', { parameters }));
  });

  it('waits for one that is starting, if it may, until its time is up', () => {
    const asked = { preset: 'web', waitUntil: at('12:01') };
    const workspaces = [starting('soon')];
    expect(given({ workspaces }).whenClaimed(asked)).toEqual({ kind: 'wait', preset: 'web', missReason: 'NoneReady' });
    expect(given({ workspaces, now: at('12:01') }).whenClaimed(asked)).toEqual(cold('NoneReady'));
  });

  it('does not wait when nothing is starting, or when those that came before get all of it', () => {
    const asked = { preset: 'web', waitUntil: at('12:01') };
    expect(given({}).whenClaimed(asked)).toEqual(cold('NoneReady'));
    expect(given({ workspaces: [starting('a')], waitingAhead: 1 }).whenClaimed(asked)).toEqual(cold('NoneReady'));
    expect(given({ workspaces: [starting('a'), starting('b')], waitingAhead: 1 }).whenClaimed(asked)).toMatchObject({
      kind: 'wait',
    });
  });
});

describe('a claim with parameters beyond those of its preset', () => {
  it('gets one that has them by default', () => {
    const asked = { preset: 'web', parameters: { region: 'eu' } };
    expect(given({ workspaces: [warm('a', at('10:00'))] }).whenClaimed(asked)).toEqual(gets('a'));
  });

  it('is built cold when none has them', () => {
    const asked = { preset: 'web', parameters: { region: 'us' } };
    expect(given({ workspaces: [warm('a', at('10:00'))] }).whenClaimed(asked)).toEqual(
      cold('NoneMatches', { parameters: { size: 'small', region: 'us' } }),
    );
  });

  it('is built cold when it wants another value than the preset has', () => {
    const asked = { preset: 'web', parameters: { size: 'large' } };
    expect(given({ workspaces: [warm('a', at('10:00'))] }).whenClaimed(asked)).toEqual(
      cold('NoneMatches', { parameters: { size: 'large' } }),
    );
  });
});

describe('a claim on a template by parameters', () => {
  const small = { ...web, preset: 'small' };
  const smallHere = { ...web, preset: 'small-here', parameters: { size: 'small', region: 'eu' } };

  it('gets one of the preset whose parameters it gives', () => {
    const presets = [small, smallHere];
    const workspaces = [
      warm('a', at('10:00'), { preset: 'small' }),
      warm('b', at('11:00'), { preset: 'small-here', parameters: smallHere.parameters }),
    ];
    const claimed = (parameters: Record<string, string>) => given({ presets, workspaces }).whenClaimed({ parameters });
    expect(claimed({ size: 'small' })).toMatchObject({ preset: 'small' });
    expect(claimed({ size: 'small', region: 'eu' })).toMatchObject({ preset: 'small-here' });
  });

  it('is built cold, of no preset, when none matches', () => {
    const decision = given({ presets: [small] }).whenClaimed({ parameters: { size: 'large' } });
    const workspace = { template: 'node', version: 'v2', parameters: { size: 'large' } };
    expect(decision).toEqual({ kind: 'cold', workspace, missReason: 'NoneMatches' });
  });
});
