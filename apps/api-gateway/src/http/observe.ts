/** What operators see of every request: a count, a duration, and a line of the log. */
import type { Logger, Span, Spans } from '@holdfast/nest-platform';
import { LATENCY_BUCKETS, METRIC_PREFIX, traceIdOf } from '@holdfast/nest-platform';
import { Counter, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

import type { RequestIDs } from './request-context.js';

/** One request while it is under way; verb and resource are filled in as soon as they are known. */
export interface Observation {
  readonly ids: RequestIDs;
  /** `performance.now()` when its headers had arrived. */
  readonly started: number;
  verb: string;
  resource: string;
  user: string;
}

type Labels = 'verb' | 'resource' | 'code';

interface Series {
  readonly count: Counter.Internal;
  readonly duration: Histogram.Internal<Labels>;
}

export class RequestObserver {
  private readonly requests: Counter<Labels>;
  private readonly duration: Histogram<Labels>;
  /** Looking a series up by its labels costs more than all the rest. */
  private readonly series = new Map<string, Series>();

  constructor(
    registry: Registry,
    private readonly logger: Logger,
    private readonly spans: Spans,
  ) {
    const labelNames = ['verb', 'resource', 'code'] as const;
    this.requests = new Counter({
      name: `${METRIC_PREFIX}http_requests_total`,
      help: 'Requests answered, by verb, resource and HTTP code.',
      labelNames,
      registers: [registry],
    });
    this.duration = new Histogram({
      name: `${METRIC_PREFIX}http_request_duration_seconds`,
      help: 'From the arrival of the headers to the end of the answer; watches are left out.',
      labelNames,
      buckets: LATENCY_BUCKETS,
      registers: [registry],
    });
  }

  /** Counts and logs a request whose answer has been sent. */
  finished(observation: Observation, code: number, method: string, url: string): void {
    const { verb, resource, started } = observation;
    const seconds = (performance.now() - started) / 1000;
    const series = this.seriesOf(verb, resource, code);
    series.count.inc();
    if (verb !== 'watch') series.duration.observe(seconds);
    if (this.spans.areCollected) this.spans.record(spanOf(observation, code, method, url, seconds));
    const level = levelOf(code);
    if (this.logger.isLevelEnabled(level))
      this.logger[level](lineOf(observation, code, method, url, seconds), 'request');
  }

  private seriesOf(verb: string, resource: string, code: number): Series {
    const name = `${verb} ${resource} ${code}`;
    let series = this.series.get(name);
    if (series === undefined) {
      const labels = { verb, resource, code };
      series = { count: this.requests.labels(labels), duration: this.duration.labels(labels) };
      this.series.set(name, series);
    }
    return series;
  }
}

/** Who asks for a version that the log has not reached makes a 504 of their own: it is noted, and alarms nobody. */
const levelOf = (code: number): 'warn' | 'info' | 'debug' => {
  if (code === 504) return 'info';
  return code >= 500 ? 'warn' : 'debug';
};

const lineOf = ({ ids, user }: Observation, code: number, method: string, url: string, seconds: number) => ({
  requestID: ids.requestID,
  correlationID: ids.correlationID,
  traceID: traceIdOf(ids.traceparent),
  user,
  method,
  url,
  code,
  ms: Math.round(seconds * 1e6) / 1000,
});

const spanOf = (
  { ids, verb, resource, user }: Observation,
  code: number,
  method: string,
  url: string,
  seconds: number,
): Span => ({
  name: `${verb} ${resource}`,
  kind: 'server',
  traceparent: ids.traceparent,
  parent: ids.parent,
  startMs: Date.now() - seconds * 1_000,
  durationMs: seconds * 1_000,
  attributes: {
    'http.request.method': method,
    'url.path': url,
    'http.response.status_code': code,
    'user.name': user,
    'holdfast.request_id': ids.requestID,
  },
  ...(code >= 500 ? { error: `HTTP ${code}` } : {}),
});
