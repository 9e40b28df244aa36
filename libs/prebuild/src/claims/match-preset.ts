import type { Parameters } from '../kinds/objects.js';

export interface MatchedPreset {
  readonly preset: string;
  readonly parameters: Parameters;
}

/**
 * The preset that parameters ask for: each of its own is given with that value. The one with most parameters wins, of
 * several the first by name (rule book: Claiming, "Matching by parameters").
 */
export const matchPreset = <P extends MatchedPreset>(presets: readonly P[], parameters: Parameters): P | undefined =>
  presets.filter((preset) => isAskedFor(preset, parameters)).sort(mostParametersFirst)[0];

const isAskedFor = (preset: MatchedPreset, parameters: Parameters): boolean =>
  Object.entries(preset.parameters).every(([name, value]) => given(parameters, name) === value);

const mostParametersFirst = (a: MatchedPreset, b: MatchedPreset): number =>
  Object.keys(b.parameters).length - Object.keys(a.parameters).length || (a.preset < b.preset ? -1 : 1);

const given = (parameters: Parameters, name: string) =>
  Object.hasOwn(parameters, name) ? parameters[name] : undefined;
