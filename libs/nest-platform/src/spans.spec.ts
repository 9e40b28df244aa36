import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';

import { createLogger } from './logger.js';
import { Spans } from './spans.js';
import type { Span } from './spans.js';

const OWN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01';

const aSpan = (changes: Partial<Span> = {}): Span => ({
  name: 'reconcile rack',
  kind: 'consumer',
  traceparent: OWN,
  parent: PARENT,
  startMs: 1_767_261_600_000.5,
  durationMs: 12,
  attributes: { attempt: 1, controller: 'rack' },
  ...changes,
});

let collector: Server;
let received: { url: string | undefined; body: unknown }[];
let answer: number;

beforeEach(async () => {
  received = [];
  answer = 200;
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ url: request.url, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
      response.writeHead(answer).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  collector?.closeAllConnections();
  await new Promise((resolve) => collector?.close(resolve));
});

const openSpans = (endpoint: string | undefined) => {
  const metrics = new Registry();
  return {
    metrics,
    spans: new Spans({ service: 'reconciler', endpoint, metrics, logger: createLogger('test', 'error') }),
  };
};
const endpoint = (): string => `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;

describe('spans', () => {
  it('reach the collector as OTLP, with their parent and their time', async () => {
    const { spans } = openSpans(endpoint());
    spans.record(aSpan());
    await spans.close();

    expect(received).toEqual([
      {
        url: '/v1/traces',
        body: {
          resourceSpans: [
            {
              resource: {
                attributes: [
                  { key: 'service.name', value: { stringValue: 'reconciler' } },
                  { key: 'service.namespace', value: { stringValue: 'holdfast' } },
                ],
              },
              scopeSpans: [
                {
                  scope: { name: 'holdfast' },
                  spans: [
                    {
                      traceId: '0af7651916cd43dd8448eb211c80319c',
                      spanId: 'b7ad6b7169203331',
                      parentSpanId: '00f067aa0ba902b7',
                      name: 'reconcile rack',
                      kind: 5,
                      startTimeUnixNano: '1767261600000500000',
                      endTimeUnixNano: '1767261600012500000',
                      attributes: [
                        { key: 'attempt', value: { doubleValue: 1 } },
                        { key: 'controller', value: { stringValue: 'rack' } },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('that went wrong say so', async () => {
    const { spans } = openSpans(endpoint());
    spans.record(aSpan({ error: 'disk full' }));
    await spans.close();

    expect(JSON.stringify(received)).toContain('"status":{"code":2,"message":"disk full"}');
  });

  it('are not made when the trace is not sampled, or nobody collects', async () => {
    const { spans } = openSpans(endpoint());
    spans.record(aSpan({ traceparent: OWN.replace(/01$/, '00') }));
    await spans.close();
    expect(received).toEqual([]);

    const nobody = openSpans(undefined).spans;
    expect(nobody.areCollected).toBe(false);
    await nobody.close();
  });

  it('are dropped and counted when the collector refuses', async () => {
    answer = 503;
    const { spans, metrics } = openSpans(endpoint());
    spans.record(aSpan());
    spans.record(aSpan());
    await spans.close();

    expect(await metrics.getSingleMetricAsString('holdfast_spans_dropped_total')).toContain(' 2');
  });
});
