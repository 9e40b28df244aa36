/** JSON lines on standard output: one line a decision, with ids and outcome. */
import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

/** Fields: `time` (RFC 3339), `level`, `service`, `msg`, and where they are known `requestID`, `correlationID`, `traceID`. */
export const createLogger = (service: string, level: string): Logger =>
  pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });

/** Nest's own messages in the same form; its chatter about modules and routes is for `debug`. */
export const nestLogger = (logger: Logger): LoggerService => ({
  log: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
  debug: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
  verbose: (message: unknown, context?: unknown) => logger.debug({ context }, String(message)),
  warn: (message: unknown, context?: unknown) => logger.warn({ context }, String(message)),
  error: (message: unknown, stack?: unknown, context?: unknown) => logger.error({ context, stack }, String(message)),
  fatal: (message: unknown, stack?: unknown, context?: unknown) => logger.fatal({ context, stack }, String(message)),
});
