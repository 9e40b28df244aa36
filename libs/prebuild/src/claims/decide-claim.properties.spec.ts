import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { seconds } from '../instant.js';
import { at } from '../pools.fixtures.js';
import { reservationsOf, snapshotOf, web } from './claims.fixtures.js';
import { decideClaim } from './decide-claim.js';
import { eligible } from './eligible.js';
import type { PoolWorkspace } from './pool-workspace.js';

const NOW = at('12:00');
const asked = { preset: 'web', parameters: {}, waitUntil: NOW };

/** A minute apart, so that many are of the same age. */
const aWorkspace: fc.Arbitrary<Omit<PoolWorkspace, 'id'>> = fc.record({
  preset: fc.constantFrom('web', 'api'),
  version: fc.constantFrom('v0', 'v1', 'v2', 'v3'),
  parameters: fc.constant({ size: 'small' }),
  createdAt: fc.integer({ min: -90, max: 0 }).map((minutes) => NOW + seconds(minutes * 60)),
  progress: fc.constantFrom('ready', 'starting'),
});
const someWorkspaces = fc
  .array(aWorkspace, { maxLength: 20 })
  .map((found) => found.map((workspace, i): PoolWorkspace => ({ ...workspace, id: `ws-${i}` })));
const aPreset = fc.record({
  surging: fc.boolean(),
  ttl: fc.option(fc.constant(seconds(3_600)), { nil: undefined }),
  invalidatedAt: fc.option(fc.constant(at('11:30')), { nil: undefined }),
});
const presetOf = ({ surging, ttl, invalidatedAt }: typeof aPreset extends fc.Arbitrary<infer P> ? P : never) => ({
  ...web,
  settings: ttl === undefined ? {} : { ttl },
  ...(invalidatedAt === undefined ? {} : { invalidatedAt }),
  ...(surging ? { retiringVersions: ['v0', 'v1'] } : {}),
});

/** Claims one after the other, each with what the ones before got reserved, until one is built cold. */
const drain = (presets: Parameters<typeof snapshotOf>[0]['presets'], workspaces: readonly PoolWorkspace[]) => {
  const reserved: string[] = [];
  for (;;) {
    const situation = { presets: presets ?? [], workspaces, reserved };
    const decision = decideClaim(snapshotOf(situation), asked, reservationsOf(situation), NOW);
    if (decision.kind !== 'warm') return { reserved, last: decision };
    reserved.push(decision.workspace.id);
  }
};

describe('claims one after the other', () => {
  it('get every eligible workspace once, best first, and then none', () => {
    fc.assert(
      fc.property(someWorkspaces, aPreset, (workspaces, settings) => {
        const preset = presetOf(settings);
        const { reserved, last } = drain([preset], workspaces);
        expect(reserved).toEqual(eligible(workspaces, preset, NOW).map(({ id }) => id));
        expect(last).toMatchObject({ kind: 'cold', missReason: 'NoneReady' });
      }),
    );
  });

  it('get the same, however the workspaces are listed', () => {
    const twice = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 });
    fc.assert(
      fc.property(fc.array(aWorkspace, { minLength: 8, maxLength: 8 }), twice, aPreset, (found, order, settings) => {
        const workspaces = found.map((workspace, i): PoolWorkspace => ({ ...workspace, id: `ws-${i}` }));
        const shuffled = order.flatMap((i) => workspaces[i] ?? []);
        const preset = presetOf(settings);
        expect(drain([preset], shuffled)).toEqual(drain([preset], workspaces));
      }),
    );
  });

  it('get nothing that is expired, of another preset, not ready, or of a version that is neither active nor retiring', () => {
    fc.assert(
      fc.property(someWorkspaces, aPreset, (workspaces, settings) => {
        const preset = presetOf(settings);
        for (const { version, progress, createdAt, preset: name } of eligible(workspaces, preset, NOW)) {
          expect([name, progress]).toEqual(['web', 'ready']);
          expect(version === 'v2' || (settings.surging && ['v0', 'v1'].includes(version))).toBe(true);
          if (settings.ttl !== undefined) expect(NOW - createdAt <= settings.ttl).toBe(true);
          if (settings.invalidatedAt !== undefined) expect(createdAt >= settings.invalidatedAt).toBe(true);
        }
      }),
    );
  });
});
