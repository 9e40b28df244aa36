export { AdminServer } from './admin-server.js';
export type { AdminServerOptions } from './admin-server.js';
export {
  ConfigError,
  duration,
  EXIT_CONFIG,
  httpUrl,
  natsUrl,
  port,
  postgresUrl,
  readConfig,
  serviceEnvironment,
} from './config.js';
export type { ServiceConfig } from './config.js';
export { faultPoints, faultVariable } from './fault.js';
export type { Fault, ReachPoint } from './fault.js';
export { HealthRegistry } from './health.js';
export type { Check, CheckState, HealthReport } from './health.js';
export { createLogger, nestLogger } from './logger.js';
export type { Logger } from './logger.js';
export { createMetrics, LATENCY_BUCKETS, METRIC_PREFIX } from './metrics.js';
export { connectNats, natsConnectionOptions, watchNats } from './nats.js';
export type { NatsOptions } from './nats.js';
export { HEALTH, LOGGER, METRICS, PlatformModule, SPANS } from './platform.module.js';
export type { Platform } from './platform.module.js';
export { runService } from './run-service.js';
export type { RunningService, ServiceDefinition } from './run-service.js';
export { Spans } from './spans.js';
export type { Span } from './spans.js';
export { childTraceparent, traceIdOf, validTraceparent } from './trace.js';
