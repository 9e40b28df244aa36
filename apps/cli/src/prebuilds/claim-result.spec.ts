import { describe, expect, it } from '@jest/globals';

import { claimResultSchema, renderClaim, standingOf } from './claim-result.js';

const resultOf = (status: object, workspace: object | null, outcome = 'created') =>
  claimResultSchema.parse({
    outcome,
    claim: { metadata: { name: 'mine' }, spec: { owner: 'ada' }, status },
    workspace,
  });
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
    expect(standingOf(result)).toBe('usable');
  });

  it('says why it is built, and how to see when it is ready', () => {
    const result = resultOf({ source: 'cold', missReason: 'NoneReady' }, workspaceIn('Building'));
    expect(renderClaim(result, 1_234)).toEqual([
      'workspace web-1 belongs to ada after 1.2 s; it is built for this claim (NoneReady)',
      '  it is building: kubectl get ws web-1 -w',
    ]);
    expect(standingOf(result)).toBe('on its way');
  });

  it('is told with what went wrong, when somebody asks again', () => {
    const conditions = [{ type: 'HookFailed', status: 'True' }];
    const status = { phase: 'Bound', source: 'warm', message: 'claim hook failed: claim ended with 3', conditions };
    expect(renderClaim(resultOf(status, workspaceIn('Ready')), 4)).toEqual([
      'workspace web-1 belongs to ada after 4 ms; it was ready',
      '  claim hook failed: claim ended with 3; see: kubectl describe ws web-1',
    ]);
  });

  it('is told with what a template that is deprecated says', () => {
    const message = 'template "web" is deprecated: use web-next';
    const status = { phase: 'Bound', source: 'cold', missReason: 'TemplateDeprecated', message };
    expect(renderClaim(resultOf(status, workspaceIn('Building')), 4)).toEqual([
      'workspace web-1 belongs to ada after 4 ms; it is built for this claim (TemplateDeprecated)',
      `  ${message}`,
      '  it is building: kubectl get ws web-1 -w',
    ]);
  });

  it('says that it waits', () => {
    const result = resultOf({ phase: 'Pending', missReason: 'NoneReady' }, null);
    expect(renderClaim(result, 5)).toEqual(['claim mine waits for a workspace (NoneReady)']);
    expect(standingOf(result)).toBe('on its way');
  });

  it('says of a workspace that cannot be used where to read why', () => {
    const result = resultOf({ phase: 'Bound', source: 'cold', missReason: 'NoneReady' }, workspaceIn('Failed'));
    expect(renderClaim(result, 10)[1]).toBe('  it is failed: holdfast prebuilds logs web-1');
    expect(standingOf(result)).toBe('lost');
  });
});

describe('a claim that is made again', () => {
  const bound = { phase: 'Bound', source: 'warm', boundAt: '2026-05-04T10:00:00Z', workspace: { name: 'web-1' } };

  it('is told as one that was there already, since when, and not as fast as it was found', () => {
    expect(renderClaim(resultOf(bound, workspaceIn('Ready'), 'known'), 3)).toEqual([
      'workspace web-1 belongs to ada already since 2026-05-04T10:00:00Z, by claim mine; it was ready',
    ]);
  });

  it('waits already when it has none yet', () => {
    expect(renderClaim(resultOf({ phase: 'Pending' }, null, 'known'), 3)).toEqual([
      'claim mine waits already for a workspace (Pending)',
    ]);
  });

  it('gives nothing once its workspace was deleted', () => {
    const result = resultOf(bound, null, 'known');
    expect(renderClaim(result, 3)).toEqual([
      'workspace web-1 of claim mine was deleted; delete the claim, or claim by another name',
    ]);
    expect(standingOf(result)).toBe('lost');
  });
});
