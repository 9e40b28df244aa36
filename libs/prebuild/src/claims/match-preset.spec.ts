import { describe, expect, it } from '@jest/globals';

import type { Parameters } from '../kinds/objects.js';
import { matchPreset } from './match-preset.js';

const presets = [
  { preset: 'any', parameters: {} },
  { preset: 'small', parameters: { size: 'small' } },
  { preset: 'small-eu', parameters: { size: 'small', region: 'eu' } },
  { preset: 'eu-debug', parameters: { region: 'eu', debug: true } },
  { preset: 'four', parameters: { cores: 4 } },
];

describe('matching presets by parameters', () => {
  const table: readonly (readonly [rule: string, parameters: Parameters, matched: string | undefined])[] = [
    ['a preset without parameters matches whatever is given', {}, 'any'],
    ['every parameter of the preset has to be given', { region: 'eu' }, 'any'],
    ['with that value', { size: 'large' }, 'any'],
    ['of that type', { cores: '4' }, 'any'],
    ['others may be given beside', { size: 'small', color: 'red' }, 'small'],
    ['the one with most parameters wins', { size: 'small', region: 'eu' }, 'small-eu'],
    ['of several the first by name', { size: 'small', region: 'eu', debug: true }, 'eu-debug'],
  ];

  it.each(table)('%s', (_rule, parameters, matched) => {
    expect(matchPreset(presets, parameters)?.preset).toBe(matched);
    expect(matchPreset(presets.toReversed(), parameters)?.preset).toBe(matched);
  });

  it('finds none where every preset asks for something else', () => {
    expect(matchPreset(presets.slice(1), { size: 'large' })).toBeUndefined();
  });

  it('takes nothing from what all objects inherit', () => {
    expect(matchPreset([{ preset: 'odd', parameters: { constructor: 'x' } }], {})).toBeUndefined();
  });
});
