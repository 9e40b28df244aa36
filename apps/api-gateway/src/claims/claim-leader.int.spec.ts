import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CLAIM_SUBJECT } from '@holdfast/contracts';
import type { ClaimAnswer, ClaimCall } from '@holdfast/contracts';
import { startNats } from '@holdfast/testing';
import type { TestNats } from '@holdfast/testing';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

import { NatsClaimLeader } from './claim-leader.js';

const call: ClaimCall = {
  namespace: 'lab',
  name: 'mine',
  preset: 'web',
  parameters: {},
  owner: 'alice',
  waitSeconds: 0,
  actor: 'alice',
  fieldManager: 'tests',
  requestID: 'request',
  correlationID: 'correlation',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
const inPhase = (phase: string, outcome: 'created' | 'known'): ClaimAnswer => ({
  status: 'ok',
  outcome,
  claim: { status: { phase } },
});
const soon = (): number => Date.now() + 10_000;

describe('asking the orchestrator that leads', () => {
  let nats: TestNats;
  let nc: NatsConnection;
  let leader: Subscription | undefined;

  beforeAll(async () => {
    nats = await startNats();
    nc = await connect({ servers: nats.url() });
  });
  afterEach(() => leader?.unsubscribe());
  afterAll(async () => {
    await nc?.close();
    await nats?.close();
  });

  /** Leads from now on, with one of these answers to each call; undefined is silence. */
  const lead = (...answers: readonly (ClaimAnswer | undefined)[]): ClaimCall[] => {
    const calls: ClaimCall[] = [];
    leader = nc.subscribe(CLAIM_SUBJECT, {
      callback: (_error, msg) => {
        const answer = answers[calls.length];
        calls.push(msg.json<ClaimCall>());
        if (answer !== undefined) msg.respond(JSON.stringify(answer));
      },
    });
    return calls;
  };
  const claim = (waitUntil = Date.now()): Promise<ClaimAnswer> =>
    new NatsClaimLeader(nc, '_INBOX').claim(call, waitUntil);

  it('gives its answer as it is', async () => {
    const calls = lead(inPhase('Bound', 'known'));
    expect(await claim()).toEqual(inPhase('Bound', 'known'));
    expect(calls).toEqual([call]);
  });

  it('asks again while nobody leads', async () => {
    const answer = claim();
    const calls = await new Promise<ClaimCall[]>((resolve) =>
      setTimeout(() => resolve(lead(inPhase('Bound', 'created'))), 300),
    );
    expect(await answer).toEqual(inPhase('Bound', 'created'));
    expect(calls).toHaveLength(1);
  });

  it('asks again when the leader falls silent', async () => {
    const calls = lead(undefined, inPhase('Bound', 'known'));
    expect(await claim()).toEqual(inPhase('Bound', 'known'));
    expect(calls).toHaveLength(2);
  });

  it('is refused within seconds when nobody comes to lead', async () => {
    const begun = performance.now();
    await expect(claim()).rejects.toMatchObject({ refusal: { reason: 'ServiceUnavailable' } });
    expect(performance.now() - begun).toBeLessThan(6_000);
  });

  it('asks on while the claim waits for a workspace, and tells that it was made by this call', async () => {
    lead(inPhase('Pending', 'created'), inPhase('Pending', 'known'), inPhase('Bound', 'known'));
    expect(await claim(soon())).toEqual(inPhase('Bound', 'created'));
  });

  it('tells how the claim stands when the time to wait is over', async () => {
    lead(inPhase('Pending', 'created'));
    expect(await claim()).toEqual(inPhase('Pending', 'created'));
  });
});
