/**
 * The life of a service process: configuration, start, and one orderly stop, whatever asks for it (SIGINT, SIGTERM, or
 * the end of the supervisor that holds the other end of standard input).
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';

import { ConfigError, EXIT_CONFIG, readConfig } from './config.js';
import { createLogger } from './logger.js';
import type { Logger } from './logger.js';

const STOP_LIMIT_MS = 10_000;
const STARTING_LIMIT_MS = 1_000;

export interface RunningService {
  close(): Promise<void>;
}

export interface ServiceDefinition<T extends z.ZodRawShape> {
  readonly service: string;
  readonly environment: T;
  readonly start: (config: z.output<z.ZodObject<T>>, logger: Logger) => Promise<RunningService>;
}

export const runService = async <T extends z.ZodRawShape>(definition: ServiceDefinition<T>): Promise<void> => {
  const config = configOrExit(definition);
  const level = process.env['HOLDFAST_LOG_LEVEL'] ?? 'info';
  const logger = createLogger(definition.service, level);
  process.on('uncaughtException', (error) => exitFatally(logger, error));
  process.on('unhandledRejection', (error) => exitFatally(logger, error));

  const started = definition.start(config, logger);
  stopWhenAsked(logger, async () => {
    // Who is still starting has promised nothing to anybody: what it has open ends with the process.
    const running = await Promise.race([started, delay(STARTING_LIMIT_MS)]);
    await running?.close();
  });
  try {
    await started;
  } catch (error) {
    exitFatally(logger, error);
  }
};

const configOrExit = <T extends z.ZodRawShape>({ service, environment }: ServiceDefinition<T>) => {
  try {
    return readConfig(environment, process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${service}: ${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
};

const exitFatally = (logger: Logger, error: unknown): never => {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
};

const stopWhenAsked = (logger: Logger, stop: () => Promise<void>): void => {
  let stopping = false;
  const stopOnce = (why: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    setTimeout(() => exitFatally(logger, new Error(`not stopped within ${STOP_LIMIT_MS} ms`)), STOP_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => exitFatally(logger, error),
    );
  };
  process.on('SIGINT', () => stopOnce('SIGINT'));
  process.on('SIGTERM', () => stopOnce('SIGTERM'));
  if (process.env['HOLDFAST_PARENT_PIPE'] !== '1') return;
  process.stdin.on('end', () => stopOnce('the supervisor is gone'));
  process.stdin.on('error', () => stopOnce('the supervisor is gone'));
  process.stdin.resume();
};
