import { describe, expect, it } from '@jest/globals';

import { claimResultSchema, isUsable, renderClaim } from './claim-result.js';

const resultOf = (status: object, workspace: object | null) =>
  claimResultSchema.parse({ claim: { metadata: { name: 'mine' }, spec: { owner: 'ada' }, status }, workspace });
const workspaceIn = (phase: string, endpoints: object[] = []) => ({
  metadata: { name: 'web-1' },
  status: { phase, endpoints },
});

describe('what becomes of a claim', () => {
  it('is told with the address of the workspace and how long it took', () => {
    const endpoints = [{ name: 'web', url: 'http://127.0.0.1:4000/' }];
    const result = resultOf({ phase: 'Bound', source: 'warm' }, workspaceIn('Claiming', endpoints));
    expect(renderClaim(result, 8.4)).toEqual([
      'workspace web-1 belongs to ada after 8 ms; it was ready',
      '  web  http://127.0.0.1:4000/',
    ]);
    expect(isUsable(result)).toBe(true);
  });

  it('says why it is built, and how to see when it is ready', () => {
    const result = resultOf({ source: 'cold', missReason: 'NoneReady' }, workspaceIn('Building'));
    expect(renderClaim(result, 1_234)).toEqual([
      'workspace web-1 belongs to ada after 1.2 s; it is built for this claim (NoneReady)',
      '  it is building: kubectl get ws web-1 -w',
    ]);
    expect(isUsable(result)).toBe(false);
  });

  it('says that it waits', () => {
    expect(renderClaim(resultOf({ phase: 'Pending', missReason: 'NoneReady' }, null), 5)).toEqual([
      'claim mine waits for a workspace (NoneReady)',
    ]);
  });
});
