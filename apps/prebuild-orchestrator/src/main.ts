import 'reflect-metadata';

import { nestLogger, runService, serviceEnvironment } from '@holdfast/nest-platform';
import { NestFactory } from '@nestjs/core';

import { AppModule } from './app.module.js';

await runService({
  service: 'prebuild-orchestrator',
  environment: serviceEnvironment,
  start: (config, logger) =>
    NestFactory.createApplicationContext(AppModule.forRoot(config, logger), {
      logger: nestLogger(logger),
      abortOnError: false,
    }),
});
