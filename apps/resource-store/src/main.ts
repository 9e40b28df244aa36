import 'reflect-metadata';

import { nestLogger, runService } from '@holdfast/nest-platform';
import { NestFactory } from '@nestjs/core';

import { AppModule } from './app.module.js';
import { environmentOf } from './config.js';

await runService({
  service: 'resource-store',
  environment: environmentOf(process.env),
  start: (config, logger) =>
    NestFactory.createApplicationContext(AppModule.forRoot(config, logger), {
      logger: nestLogger(logger),
      abortOnError: false,
    }),
});
