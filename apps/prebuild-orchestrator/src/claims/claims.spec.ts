import { setTimeout as delay } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimAnswer } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import { PRESETS, TEMPLATE_VERSIONS, TEMPLATES, WORKSPACE_CLAIMS, WORKSPACES } from '@holdfast/prebuild';
import { eventually } from '@holdfast/testing';

import { ClaimWorld, statusIn } from './claims.fixtures.js';

const nameIn = (answer: ClaimAnswer): string | undefined =>
  answer.status === 'ok' ? stringAt(objectAt(answer.workspace, 'metadata'), 'name') : undefined;
const statusOf = (answer: ClaimAnswer) => (answer.status === 'ok' ? objectAt(answer.claim, 'status') : answer.refusal);
const numbered = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(4, '0')}`);

let world: ClaimWorld;
const claimed = (name: string) => statusIn(world.find(WORKSPACE_CLAIMS, name));

beforeEach(() => {
  world = new ClaimWorld();
});
afterEach(async () => {
  await world.deposed();
});

describe('a claim by call', () => {
  it('gets a workspace in one transaction, with its owner, its name, and what keeps them together', async () => {
    world.ready('web-1');
    world.lead();
    const before = world.store.events.length;
    const answer = await world.claim('mine');
    const [claim, ...others] = world.store.events.slice(before);
    expect(others).toHaveLength(1);
    expect(others[0]?.version).toBe((claim?.version ?? 0) + 1);
    const uid = claim?.event.record.uid ?? '';
    expect(answer).toMatchObject({
      status: 'ok',
      outcome: 'created',
      claim: {
        metadata: { name: 'mine', uid, resourceVersion: String(claim?.version) },
        spec: { preset: 'web', owner: 'ada' },
        status: { phase: 'Bound', preset: 'web', source: 'warm', workspace: { name: 'web-1' } },
      },
      workspace: {
        metadata: { name: 'web-1', ownerReferences: [{ kind: 'WorkspaceClaim', name: 'mine', uid }] },
        spec: { owner: 'ada', name: 'mine', claimRef: { name: 'mine', uid } },
      },
    });
    expect(claim?.command).toMatchObject({ actor: 'ada', requestID: 'request-mine', fence: { epoch: 1 } });
  });

  it('gets the same claim when it is repeated, by whatever way it was bound', async () => {
    world.ready('web-1', 'web-2');
    world.lead();
    const first = await world.claim('mine');
    const again = await world.claim('mine');
    expect(again).toEqual({ ...first, outcome: 'known' });
    expect(await Promise.all([world.claim('other'), world.claim('other')])).toMatchObject([
      { outcome: 'created', workspace: { metadata: { name: 'web-2' } } },
      { outcome: 'known', workspace: { metadata: { name: 'web-2' } } },
    ]);
  });

  it('is new to whoever asks again for the same request, since the answer was lost', async () => {
    world.lead();
    const request = { traceparent: 'the-same' };
    const first = await world.claim('mine', request);
    expect(await world.claim('mine', request)).toEqual(first);
    expect(await world.claim('mine')).toMatchObject({ outcome: 'known' });
  });

  it('is refused a name that another owner has, or that asks for something else', async () => {
    world.ready('web-1');
    world.lead();
    await world.claim('mine');
    expect(await world.claim('mine', { owner: 'bob' })).toMatchObject({
      status: 'refused',
      refusal: { reason: 'AlreadyExists', message: expect.stringMatching(/belongs to somebody else$/) },
    });
    expect(await world.claim('mine', { parameters: { size: 'large' } })).toMatchObject({
      status: 'refused',
      refusal: { reason: 'AlreadyExists', message: expect.stringMatching(/asks for something else$/) },
    });
  });

  it('is refused in the words of the store where parameters cannot be', async () => {
    world.lead();
    expect(await world.claim('mine', { parameters: { color: 'red' } })).toMatchObject({
      status: 'refused',
      refusal: { reason: 'Invalid', details: { causes: [{ field: 'parameters.color' }] } },
    });
    expect(claimed('mine')).toEqual({});
  });

  it('is refused where there is no such preset', async () => {
    world.lead();
    const refusal = { reason: 'NotFound', message: 'presets.prebuilds.holdfast.dev "mobile" not found' };
    expect(await world.claim('mine', { preset: 'mobile' })).toMatchObject({ status: 'refused', refusal });
  });

  it('hears of what was acknowledged before it came, before it is told that there is none', async () => {
    world.lead();
    world.isLogHeld = true;
    world.ready('web-1');
    setTimeout(() => {
      world.isLogHeld = false;
      world.hear();
    }, 20);
    expect(nameIn(await world.claim('mine'))).toBe('web-1');
  });
});

describe('a claim under an Idempotency-Key', () => {
  const request = (key: string, body: string) => ({ idempotency: { key, body } });
  const REUSED = { status: 'refused', refusal: { reason: 'Invalid' } };

  beforeEach(() => {
    world.ready('web-1', 'web-2');
    world.lead();
  });

  it('is the same for the same body, and refused for another, also by the next leader', async () => {
    const first = await world.claim('mine', request('k', 'a'));
    for (let leaders = 0; leaders < 2; leaders++) {
      expect(await world.claim('mine', request('k', 'a'))).toEqual({ ...first, outcome: 'known' });
      expect(await world.claim('mine', { waitSeconds: 30, ...request('k', 'b') })).toMatchObject(REUSED);
      await world.takenOver();
    }
  });

  it('is refused by another name, whether somebody has that name or not', async () => {
    await world.claim('mine', request('k', 'a'));
    expect(await world.claim('other', request('k', 'b'))).toMatchObject(REUSED);
    await world.claim('other', request('l', 'b'));
    expect(await world.claim('other', request('k', 'b'))).toMatchObject(REUSED);
  });

  it('is found by its name under another key', async () => {
    const first = await world.claim('mine', request('k', 'a'));
    expect(await world.claim('mine', request('l', 'a'))).toEqual({ ...first, outcome: 'known' });
  });

  it('is told that it was deleted, and nothing of it comes back', async () => {
    await world.claim('mine', request('k', 'a'));
    world.remove(WORKSPACE_CLAIMS, 'mine');
    await world.takenOver();
    const message = 'claim "mine" was made and has been deleted; take a new Idempotency-Key for another one';
    const deleted = { status: 'refused', refusal: { reason: 'Conflict', message } };
    expect(await world.claim('mine', request('k', 'a'))).toEqual(deleted);
    expect(await world.claim('mine', request('k', 'a'))).toEqual(deleted);
  });
});

describe('a claim that finds none ready', () => {
  it('is built cold together with its workspace, with the reason', async () => {
    world.lead();
    const answer = await world.claim('mine', { parameters: { size: 'large' } });
    expect(statusOf(answer)).toMatchObject({ phase: 'Bound', source: 'cold', missReason: 'NoneReady' });
    expect(answer).toMatchObject({
      workspace: {
        metadata: { name: expect.stringMatching(/^web-[a-z2-7]{10}$/), ownerReferences: [{ name: 'mine' }] },
        spec: {
          template: 'node',
          version: 'v1',
          preset: 'web',
          parameters: { size: 'large' },
          owner: 'ada',
          name: 'mine',
          transition: 'start',
        },
      },
    });
  });

  it.each([
    ['PoolPaused', () => world.change(TEMPLATES, 'node', { spec: { paused: true } })],
    ['PoolIsEmptyByDesign', () => world.change(PRESETS, 'web', { spec: { prebuilds: { instances: 0 } } })],
    ['TemplateDeprecated', () => world.change(TEMPLATES, 'node', { spec: { deprecated: 'use go' } })],
  ] as const)('is told %s when that is why', async (reason, given) => {
    given();
    world.lead();
    expect(statusOf(await world.claim('mine'))).toMatchObject({ source: 'cold', missReason: reason });
  });

  it('is told what a template that is deprecated says', async () => {
    world.change(TEMPLATES, 'node', { spec: { deprecated: 'use go' } });
    world.lead();
    const message = 'template "node" is deprecated: use go';
    expect(statusOf(await world.claim('mine'))).toMatchObject({ phase: 'Bound', source: 'cold', message });
  });

  it('waits for one that is starting, and gets it when it is ready', async () => {
    world.starting('web-1');
    world.lead();
    const answer = world.claim('mine', { waitSeconds: 60 });
    await eventually(() => claimed('mine')['phase'] === 'Pending');
    world.ready('web-1');
    expect(await answer).toMatchObject({ outcome: 'created', workspace: { metadata: { name: 'web-1' } } });
    expect(statusOf(await answer)).toMatchObject({ source: 'starting', missReason: 'NoneReady' });
  });

  it('is built cold when the one that was starting fails', async () => {
    world.starting('web-1');
    world.lead();
    const answer = world.claim('mine', { waitSeconds: 60 });
    await eventually(() => claimed('mine')['phase'] === 'Pending');
    world.failed('web-1');
    expect(statusOf(await answer)).toMatchObject({ source: 'cold' });
  });

  it('is built cold when its time is up', async () => {
    world.starting('web-1');
    world.lead();
    expect(statusOf(await world.claim('mine', { waitSeconds: 1 }))).toMatchObject({ source: 'cold' });
  });

  it('is told how it stands when that takes long, and waits on', async () => {
    world.starting('web-1');
    world.lead();
    expect(statusOf(await world.claim('mine', { waitSeconds: 60 }))).toMatchObject({ phase: 'Pending' });
    world.ready('web-1');
    await eventually(() => claimed('mine')['phase'] === 'Bound');
  });

  it('waits in line: who came first is served first, and nobody waits without hope', async () => {
    world.starting('web-1');
    world.lead();
    const [first, second] = [world.claim('first', { waitSeconds: 60 }), world.claim('second', { waitSeconds: 60 })];
    expect(statusOf(await second)).toMatchObject({ source: 'cold' });
    world.ready('web-1');
    expect(nameIn(await first)).toBe('web-1');
  });

  it('waits on after another process has begun to lead, until the same moment', async () => {
    world.starting('web-1');
    world.lead();
    const made = Date.now();
    void world.claim('mine', { waitSeconds: 5 });
    await eventually(() => claimed('mine')['phase'] === 'Pending');
    await eventually(() => Date.now() > made + 2_000);
    const takenOver = Date.now();
    await world.takenOver();
    await eventually(() => claimed('mine')['source'] === 'cold');
    expect(Date.parse(claimed('mine')['boundAt'] as string)).toBeLessThan(takenOver + 5_000);
  });
});

describe('claims of one moment', () => {
  it('get different workspaces, as many as there are, and all of them something', async () => {
    const pool = numbered(50, 'web');
    world.ready(...pool);
    world.lead();
    const answers = await Promise.all(numbered(100, 'claim').map((name) => world.claim(name)));
    const warm = answers.filter((answer) => statusOf(answer)['source' as never] === 'warm').map(nameIn);
    expect(warm.toSorted()).toEqual(pool);
    expect(new Set(answers.map(nameIn)).size).toBe(100);
  });

  it('lose to whoever else writes, and take the next within the same call', async () => {
    world.ready('web-1', 'web-2');
    world.lead();
    world.store.beforeWrite = (operations) => {
      if (operations.some(({ target }) => target.name === 'web-1')) world.remove(WORKSPACES, 'web-1');
    };
    expect(nameIn(await world.claim('mine'))).toBe('web-2');
  });

  it('take one again that was touched meanwhile and is still ready', async () => {
    world.ready('web-1');
    world.lead();
    let touched = false;
    world.store.beforeWrite = () => {
      if (!touched) world.change(WORKSPACES, 'web-1', { metadata: { labels: { seen: 'yes' } } });
      touched = true;
    };
    const answer = await world.claim('mine');
    expect([nameIn(answer), statusOf(answer)]).toMatchObject(['web-1', { source: 'warm' }]);
  });

  it('do not keep a workspace from others when the store did not take the claim', async () => {
    world.ready('web-1');
    world.lead();
    world.store.beforeWrite = () => {
      world.store.beforeWrite = () => undefined;
      world.remove(WORKSPACES, 'web-1');
      world.ready('web-1');
      throw new Error('the connection broke');
    };
    void world.claim('lost');
    await delay(20);
    expect(nameIn(await world.claim('mine'))).toBe('web-1');
  });

  it('find what they got although the first answer was lost', async () => {
    world.ready('web-1', 'web-2');
    world.lead();
    const unknown = { reason: 'Timeout', message: 'the outcome is unknown' } as const;
    world.store.answering = (answer) => ({ ...answer, reply: { status: 'refused', refusal: unknown } });
    expect(await world.claim('mine')).toMatchObject({ status: 'refused', refusal: unknown });
    world.store.answering = (answer) => answer;
    expect(await world.claim('mine')).toMatchObject({ outcome: 'known', workspace: { metadata: { name: 'web-1' } } });
  });

  it('find it also before the log tells of it', async () => {
    world.ready('web-1', 'web-2');
    world.lead();
    world.isLogHeld = true;
    world.store.answering = (answer) => ({
      ...answer,
      reply: { status: 'refused', refusal: { reason: 'Timeout', message: 'unknown' } },
    });
    await world.claim('mine');
    world.store.answering = (answer) => answer;
    const again = world.claim('mine');
    await delay(20);
    world.isLogHeld = false;
    world.hear();
    expect(await again).toMatchObject({ outcome: 'known', workspace: { metadata: { name: 'web-1' } } });
  });
});

describe('a claim that was made as an object', () => {
  it('is bound as one by call, also when it was made while nobody led', async () => {
    world.ready('web-1', 'web-2');
    world.given(WORKSPACE_CLAIMS, 'before', ClaimWorld.wish());
    world.lead();
    world.given(WORKSPACE_CLAIMS, 'after', ClaimWorld.wish({ owner: 'bob' }));
    await eventually(() => claimed('after')['phase'] === 'Bound');
    expect([claimed('before'), claimed('after')]).toMatchObject([
      { phase: 'Bound', source: 'warm', workspace: { name: 'web-1' } },
      { phase: 'Bound', source: 'warm', workspace: { name: 'web-2' } },
    ]);
    expect(world.find(WORKSPACES, 'web-2')?.object['spec']).toMatchObject({ owner: 'bob', name: 'after' });
  });

  it('finds its preset by parameters', async () => {
    world.given(PRESETS, 'large', { template: 'node', parameters: { size: 'large' }, prebuilds: { instances: 1 } });
    world.lead();
    const wish = { template: 'node', parameters: { size: 'large' }, owner: 'ada', waitSeconds: 0 };
    world.given(WORKSPACE_CLAIMS, 'mine', wish);
    await eventually(() => claimed('mine')['phase'] === 'Bound');
    expect(claimed('mine')).toMatchObject({ preset: 'large', source: 'cold', missReason: 'NoneReady' });
  });

  it('says why it gets nothing', async () => {
    world.change(TEMPLATES, 'node', { spec: { activeVersion: null } });
    world.given(WORKSPACE_CLAIMS, 'mine', ClaimWorld.wish());
    world.lead();
    await eventually(() => claimed('mine')['phase'] === 'Failed');
    expect(claimed('mine')).toMatchObject({
      missReason: 'NoActiveVersion',
      message: 'template "node" has no active version, so there is nothing to build a workspace from',
    });
  });

  it('says what cannot be built, when its preset does not fit the active version any more', async () => {
    const parameters = [{ name: 'region', type: 'string' }];
    const provisioner = { name: 'exec', exec: { create: 'true' } };
    world.given(TEMPLATE_VERSIONS, 'v2', { template: 'node', provisioner, parameters });
    world.change(TEMPLATES, 'node', { spec: { activeVersion: 'v2' } });
    world.given(WORKSPACE_CLAIMS, 'mine', ClaimWorld.wish());
    world.lead();
    await eventually(() => claimed('mine')['phase'] === 'Failed');
    const told = expect.stringMatching(
      /^none is ready, and what would be built is refused: Workspace.* spec\.parameters\.region: Required value: a string/,
    );
    expect(claimed('mine')).toMatchObject({ missReason: 'ParametersNotAccepted', message: told });
    expect(await world.claim('other')).toMatchObject({
      status: 'refused',
      refusal: { reason: 'Invalid', message: told },
    });
    expect(claimed('other')).toEqual({});
  });

  it('is bound once, whoever asks for it meanwhile', async () => {
    world.ready('web-1', 'web-2');
    world.given(WORKSPACE_CLAIMS, 'mine', ClaimWorld.wish());
    world.lead();
    const answers = await Promise.all([world.claim('mine'), world.claim('mine')]);
    expect(answers.map(nameIn)).toEqual(['web-1', 'web-1']);
    expect(objectAt(world.find(WORKSPACES, 'web-2')?.object, 'spec')['owner']).toBe('prebuilds');
  });
});

describe('the metrics of claims', () => {
  it('count what they got, how fast, and why not', async () => {
    world.ready('web-1');
    world.lead();
    await world.claim('first');
    await world.claim('second');
    const text = await world.metrics.metrics();
    const pool = 'namespace="default",template="node",preset="web"';
    expect(text).toContain(`holdfast_prebuilds_claimed_total{${pool}} 1`);
    expect(text).toContain(`holdfast_prebuilds_claim_misses_total{${pool},reason="NoneReady"} 1`);
    expect(text).toContain(`holdfast_prebuilds_claim_duration_seconds_count{${pool},source="warm"} 1`);
    expect(text).toContain(`holdfast_prebuilds_claim_duration_seconds_count{${pool},source="cold"} 1`);
  });
});
