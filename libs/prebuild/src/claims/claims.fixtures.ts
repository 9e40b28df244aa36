/** Claims and what they meet, for specs: what a case does not speak about is in order. */
import type { Instant } from '../instant.js';
import type { ClaimAsked, ClaimDecision, ClaimedPreset, ClaimSnapshot, Reservations } from './decide-claim.js';
import { decideClaim } from './decide-claim.js';
import type { PoolWorkspace } from './pool-workspace.js';
import { at } from '../pools.fixtures.js';

export const warm = (id: string, createdAt: Instant, changes: Partial<PoolWorkspace> = {}): PoolWorkspace => ({
  id,
  preset: 'web',
  version: 'v2',
  parameters: { size: 'small' },
  createdAt,
  progress: 'ready',
  ...changes,
});

export const starting = (id: string): PoolWorkspace => warm(id, at('11:59'), { progress: 'starting' });

export const web: ClaimedPreset = {
  preset: 'web',
  activeVersion: 'v2',
  settings: {},
  parameters: { size: 'small' },
};

export const template: ClaimSnapshot['template'] = {
  name: 'node',
  deprecated: false,
  active: {
    version: 'v2',
    parameters: [
      { name: 'size', type: 'string', default: 'small', options: ['small', 'large'], immutable: false },
      { name: 'region', type: 'string', default: 'eu', immutable: false },
    ],
  },
};

interface Situation {
  readonly template?: ClaimSnapshot['template'];
  readonly presets?: readonly ClaimedPreset[];
  readonly workspaces?: readonly PoolWorkspace[];
  readonly reserved?: readonly string[];
  readonly waitingAhead?: number;
  readonly now?: Instant;
}

export const snapshotOf = ({ presets = [web], workspaces = [], ...given }: Situation): ClaimSnapshot => ({
  template: given.template ?? template,
  presets,
  workspaces: () => workspaces,
});

export const reservationsOf = ({ reserved = [], waitingAhead = 0 }: Situation): Reservations => ({
  isReserved: (id) => reserved.includes(id),
  waitingAhead: () => waitingAhead,
});

/** Decides at noon about a claim on `web`, unless the case says otherwise. */
export const given = (situation: Situation) => ({
  whenClaimed: (asked: Partial<ClaimAsked> = { preset: 'web' }): ClaimDecision =>
    decideClaim(
      snapshotOf(situation),
      { parameters: {}, waitUntil: at('12:00'), ...asked },
      reservationsOf(situation),
      situation.now ?? at('12:00'),
    ),
});
