/**
 * Spans for whoever collects traces: OTLP over HTTP with JSON (OpenTelemetry protocol 1.x), in the background. Nothing
 * waits for a span, and without a collector none is made.
 */
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';

import type { Logger } from './logger.js';
import { METRIC_PREFIX } from './metrics.js';
import { spanIdOf, traceIdOf } from './trace.js';

export interface Span {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'consumer';
  /** The span's own traceparent. */
  readonly traceparent: string;
  /** The traceparent of the span that led to this one. */
  readonly parent: string | undefined;
  /** Milliseconds since 1970, fractions welcome. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** What went wrong. */
  readonly error?: string;
}

export interface SpansOptions {
  readonly service: string;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`: spans go to `<endpoint>/v1/traces`. */
  readonly endpoint: string | undefined;
  readonly metrics: Registry;
  readonly logger: Logger;
}

const FLUSH_MS = 1_000;
const MOST_WAITING = 10_000;
const MOST_SENT = 1_000;
const TIMEOUT_MS = 5_000;
const KINDS = { internal: 1, server: 2, consumer: 5 } as const;
const ERROR_CODE = 2;

export class Spans {
  private waiting: Span[] = [];
  private readonly dropped: Counter;
  private readonly timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly options: SpansOptions) {
    this.dropped = new Counter({
      name: `${METRIC_PREFIX}spans_dropped_total`,
      help: 'Spans that no collector took.',
      registers: [options.metrics],
    });
    if (options.endpoint !== undefined) this.timer = setInterval(() => this.flush(), FLUSH_MS).unref();
  }

  /** Whether there is a collector: else making a span would be waste. */
  get areCollected(): boolean {
    return this.timer !== undefined;
  }

  record(span: Span): void {
    if (!this.areCollected || !isSampled(span.traceparent)) return;
    if (this.waiting.length >= MOST_WAITING) this.dropped.inc();
    else this.waiting.push(span);
  }

  /** Sends what waits; what the collector does not take is dropped. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.flush();
    await this.sending;
  }

  private flush(): void {
    const spans = this.waiting;
    this.waiting = [];
    for (let i = 0; i < spans.length; i += MOST_SENT) {
      const some = spans.slice(i, i + MOST_SENT);
      this.sending = this.sending.then(() => this.send(some));
    }
  }

  private async send(spans: readonly Span[]): Promise<void> {
    const { endpoint = '', service, logger } = this.options;
    try {
      const response = await fetch(`${endpoint.replace(/\/$/, '')}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(exportRequest(service, spans)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the collector answered HTTP ${response.status}`);
    } catch (error) {
      this.dropped.inc(spans.length);
      logger.debug({ err: error, spans: spans.length }, 'spans were dropped');
    }
  }
}

const isSampled = (traceparent: string): boolean => (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;

const exportRequest = (service: string, spans: readonly Span[]) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': service, 'service.namespace': 'holdfast' }) },
      scopeSpans: [{ scope: { name: 'holdfast' }, spans: spans.map(otlpSpan) }],
    },
  ],
});

const otlpSpan = ({ name, kind, traceparent, parent, startMs, durationMs, attributes, error }: Span) => ({
  traceId: traceIdOf(traceparent),
  spanId: spanIdOf(traceparent),
  ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
  name,
  kind: KINDS[kind],
  startTimeUnixNano: nanos(startMs),
  endTimeUnixNano: nanos(startMs + durationMs),
  attributes: attributesOf(attributes),
  ...(error === undefined ? {} : { status: { code: ERROR_CODE, message: error } }),
});

const attributesOf = (attributes: Span['attributes']) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

const anyValue = (value: string | number | boolean) => {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'boolean' ? { boolValue: value } : { doubleValue: value };
};

/** OTLP's JSON writes 64-bit numbers as strings. */
const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);
