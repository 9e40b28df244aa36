import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually, startTestStack } from '@holdfast/testing';
import type { TestStack } from '@holdfast/testing';

import { GatewayClient } from './gateway-client.fixtures.js';
import { declareKinds, exampleObjects, inventory } from './racks.fixtures.js';
import { collectTraces } from './trace-collector.fixtures.js';
import type { CollectedSpan, TraceCollector } from './trace-collector.fixtures.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN = 'b7ad6b7169203331';

describe('the trace that a client begins', () => {
  let collector: TraceCollector;
  let test: TestStack;
  let client: GatewayClient;

  beforeAll(async () => {
    collector = await collectTraces();
    test = await startTestStack({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
    client = new GatewayClient(test.stack);
    await declareKinds(client);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await test?.close();
    await collector?.close();
  });

  const spanNamed = (service: string, name: string): Promise<CollectedSpan> =>
    eventually(() =>
      Promise.resolve(
        collector.spans.find((span) => span.traceId === TRACE && span.service === service && span.name === name),
      ),
    );

  it('joins its request, the write, and the runs that follow from it', async () => {
    const objects = await exampleObjects();
    const [template] = objects.filter(({ kind }) => kind === 'RackTemplate');
    const [rack] = objects.filter(({ kind }) => kind === 'Rack');
    await client.create(inventory('racktemplates'), template as object);
    // Reconcilers work: what follows is a change to them, and not what they find when they begin.
    await eventually(() => Promise.resolve(collector.spans.some(({ name }) => name === 'reconcile rack-template')));

    const headers = { traceparent: `00-${TRACE}-${CLIENT_SPAN}-01` };
    const { code } = await client.send('POST', inventory('racks'), { body: rack as object, headers });
    expect(code).toBe(201);

    const request = await spanNamed('api-gateway', 'create racks');
    const write = await spanNamed('resource-store', 'create racks');
    const run = await spanNamed('reconciler', 'reconcile rack');
    const nextWrite = await spanNamed('resource-store', 'create chassis');
    await spanNamed('reconciler', 'reconcile blade');

    expect(request.parentSpanId).toBe(CLIENT_SPAN);
    expect(write.parentSpanId).toBe(request.spanId);
    expect(run.parentSpanId).toBe(request.spanId);
    expect(nextWrite.parentSpanId).toBe(run.spanId);
    // Spans arrive out of order; in the end each but the first hangs on another one.
    await eventually(() => {
      const spans = collector.spans.filter(({ traceId }) => traceId === TRACE);
      const known = new Set([CLIENT_SPAN, ...spans.map(({ spanId }) => spanId)]);
      return Promise.resolve(spans.every(({ parentSpanId = '' }) => known.has(parentSpanId)));
    });
  });
});
