import { readFileSync } from 'node:fs';

import { nestLogger } from '@holdfast/nest-platform';
import type { Logger, RunningService } from '@holdfast/nest-platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

import { AppModule, WIRE } from './app.module.js';
import type { GatewayConfig } from './config.js';
import { fastifyOptions } from './http/fastify-options.js';
import { registerWire } from './http/wire.js';
import type { WireOptions } from './http/wire.js';

/** How long requests that are under way may take when the service stops. */
const GRACE_MS = 3_000;

/** Serves the wire over HTTPS; resolves when the port is open. */
export const startGateway = async (config: GatewayConfig, logger: Logger): Promise<RunningService> => {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config, logger),
    new FastifyAdapter({ ...fastifyOptions(), https: certificateOf(config), skipMiddie: true }),
    { bodyParser: false, logger: nestLogger(logger), abortOnError: false },
  );
  await app.register<object>(async (fastify: FastifyInstance) => registerWire(fastify, app.get<WireOptions>(WIRE)));
  const { HOLDFAST_GATEWAY_HOST: host, HOLDFAST_GATEWAY_PORT: port } = config;
  await app.listen({ host, port }).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`HOLDFAST_GATEWAY_HOST=${host} HOLDFAST_GATEWAY_PORT=${port}: ${why}`, { cause });
  });
  logger.info({ gateway: `https://${host}:${port}` }, 'the wire is served');
  return { close: () => closeGently(app) };
};

const certificateOf = (config: GatewayConfig) => ({
  cert: readFileSync(config.HOLDFAST_TLS_CERT_FILE),
  key: readFileSync(config.HOLDFAST_TLS_KEY_FILE),
  minVersion: 'TLSv1.2' as const,
});

const closeGently = async (app: NestFastifyApplication): Promise<void> => {
  const force = setTimeout(() => app.getHttpServer().closeAllConnections(), GRACE_MS);
  await app.close();
  clearTimeout(force);
};
