/**
 * What becomes of a claim (rule book: Claiming). Asked again whenever something happens to the pool, and at the end of
 * the wait, until it is bound:
 *
 *   refused ◄── pending ──► warm                     one is ready
 *                  │  ▲
 *                  │  └──── wait ──► starting        one gets ready in time
 *                  └──────► cold                     none is, or nobody may wait: built for the claim
 */
import type { Instant } from '../instant.js';
import type { MissReason, ParameterDefinition, Parameters } from '../kinds/objects.js';
import { unfitParameters } from '../unfit-parameters.js';
import { bestFirst, eligibility } from './eligible.js';
import type { ClaimablePools } from './eligible.js';
import { matchPreset } from './match-preset.js';
import type { PoolWorkspace } from './pool-workspace.js';

/** Either a preset, or parameters that a preset is found by; the store has checked that the template knows them. */
export interface ClaimAsked {
  readonly preset?: string;
  readonly template?: string;
  readonly parameters: Parameters;
  /** Until then one that is starting is worth waiting for. */
  readonly waitUntil: Instant;
}

/** A preset as a claim meets it. */
export interface ClaimedPreset extends ClaimablePools {
  readonly parameters: Parameters;
  /** Why there may be none, beside that all were claimed. */
  readonly shortage?: Extract<MissReason, 'PoolPaused' | 'HardLimited' | 'PoolIsEmptyByDesign'>;
}

/** A template that is not being deleted. */
export interface ClaimedTemplate {
  readonly name: string;
  /** What those who claim are told. */
  readonly deprecated: false | string;
  /** Missing while the template names none. */
  readonly active?: { readonly version: string; readonly parameters: readonly ParameterDefinition[] };
}

export interface ClaimSnapshot {
  readonly template: ClaimedTemplate;
  /** Those of the template that are not being deleted. */
  readonly presets: readonly ClaimedPreset[];
  /** At least those of the preset. */
  readonly workspaces: (preset: string) => Iterable<PoolWorkspace>;
}

/** What claims that came first are about to get. */
export interface Reservations {
  readonly isReserved: (workspace: string) => boolean;
  /** Claims on this preset that wait, too, and came before. */
  readonly waitingAhead: (preset: string) => number;
}

/** What a workspace that is built for a claim is built from. */
export interface ColdWorkspace {
  readonly template: string;
  readonly version: string;
  readonly preset?: string;
  readonly parameters: Parameters;
}

export type ClaimDecision =
  | { readonly kind: 'warm'; readonly preset: string; readonly workspace: PoolWorkspace }
  | { readonly kind: 'wait'; readonly preset: string; readonly missReason: MissReason }
  | {
      readonly kind: 'cold';
      readonly workspace: ColdWorkspace;
      readonly missReason: MissReason;
      /** For people, where the reason does not say it all. */
      readonly message?: string;
    }
  | { readonly kind: 'refused'; readonly because: ClaimRefusal };

export type ClaimRefusal =
  | { readonly kind: 'no-preset'; readonly preset: string }
  | { readonly kind: 'no-template'; readonly template: string }
  | { readonly kind: 'no-active-version'; readonly template: string };

/** A pure function; there is no snapshot where neither the preset nor the template exists. */
export const decideClaim = (
  snapshot: ClaimSnapshot | undefined,
  asked: ClaimAsked,
  reservations: Reservations,
  now: Instant,
): ClaimDecision => {
  if (snapshot === undefined) return refused(nothingThere(asked));
  const { template } = snapshot;
  const named = snapshot.presets.find(({ preset }) => preset === asked.preset);
  if (asked.preset !== undefined && named === undefined) return refused({ kind: 'no-preset', preset: asked.preset });
  if (template.active === undefined) return refused({ kind: 'no-active-version', template: template.name });

  const preset = named ?? matchPreset(snapshot.presets, asked.parameters);
  const cold = (missReason: MissReason): ClaimDecision & { readonly kind: 'cold' } => ({
    kind: 'cold',
    workspace: coldWorkspaceOf(template.name, template.active?.version ?? '', asked, preset),
    missReason,
  });
  // The pools of a template that is deprecated are being emptied.
  if (template.deprecated !== false) {
    const message = `template "${template.name}" is deprecated: ${template.deprecated}`;
    return { ...cold('TemplateDeprecated'), message };
  }
  if (preset === undefined) return cold('NoneMatches');
  return fromPool(preset, { snapshot, asked, definitions: template.active.parameters, reservations, now }, cold);
};

const nothingThere = ({ preset, template = '' }: ClaimAsked): ClaimRefusal =>
  preset === undefined ? { kind: 'no-template', template } : { kind: 'no-preset', preset };

interface Known {
  readonly snapshot: ClaimSnapshot;
  readonly asked: ClaimAsked;
  readonly definitions: readonly ParameterDefinition[];
  readonly reservations: Reservations;
  readonly now: Instant;
}

const fromPool = (
  preset: ClaimedPreset,
  { snapshot, asked, definitions, reservations, now }: Known,
  cold: (missReason: MissReason) => ClaimDecision,
): ClaimDecision => {
  const isEligible = eligibility(preset, now);
  const isBetter = bestFirst(preset);
  let best: PoolWorkspace | undefined;
  let [unsuited, starting] = [0, 0];
  // One pass without a sort: a pool may be large, and every claim looks through it.
  for (const workspace of snapshot.workspaces(preset.preset)) {
    if (reservations.isReserved(workspace.id)) continue;
    const suits = isAsAsked(workspace, asked.parameters, definitions);
    if (suits && isStarting(workspace, preset)) starting += 1;
    if (!isEligible(workspace)) continue;
    if (!suits) unsuited += 1;
    else if (best === undefined || isBetter(workspace, best) < 0) best = workspace;
  }
  if (best !== undefined) return { kind: 'warm', preset: preset.preset, workspace: best };
  const missReason = unsuited > 0 ? 'NoneMatches' : shortageOf(preset, definitions);
  const canWait = now < asked.waitUntil && starting > reservations.waitingAhead(preset.preset);
  return canWait ? { kind: 'wait', preset: preset.preset, missReason } : cold(missReason);
};

const shortageOf = (preset: ClaimedPreset, parameters: readonly ParameterDefinition[]): MissReason => {
  const unfit = unfitParameters(preset.parameters, { version: preset.activeVersion, parameters });
  return unfit.length > 0 ? 'ParametersNotAccepted' : (preset.shortage ?? 'NoneReady');
};

/** What starts of another version is not waited for: it is about to be cancelled. */
const isStarting = ({ progress, preset, version }: PoolWorkspace, wanted: ClaimedPreset): boolean =>
  progress === 'starting' && preset === wanted.preset && version === wanted.activeVersion;

/** What is asked beyond the preset is no reason to build: one that has it by default will do. */
const isAsAsked = (workspace: PoolWorkspace, asked: Parameters, definitions: readonly ParameterDefinition[]): boolean =>
  Object.entries(asked).every(([name, value]) => valueIn(workspace, definitions, name) === value);

const valueIn = ({ parameters }: PoolWorkspace, definitions: readonly ParameterDefinition[], name: string) =>
  Object.hasOwn(parameters, name) ? parameters[name] : definitions.find((known) => known.name === name)?.default;

const coldWorkspaceOf = (
  template: string,
  version: string,
  asked: ClaimAsked,
  preset: ClaimedPreset | undefined,
): ColdWorkspace => ({
  template,
  version,
  ...(preset === undefined ? {} : { preset: preset.preset }),
  parameters: { ...preset?.parameters, ...asked.parameters },
});

const refused = (because: ClaimRefusal): ClaimDecision => ({ kind: 'refused', because });
