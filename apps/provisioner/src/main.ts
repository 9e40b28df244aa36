import 'reflect-metadata';

import { nestLogger, runService } from '@holdfast/nest-platform';
import { NestFactory } from '@nestjs/core';

import { AppModule } from './app.module.js';
import { environment } from './config.js';

await runService({
  service: 'provisioner',
  environment,
  start: (config, logger) =>
    NestFactory.createApplicationContext(AppModule.forRoot(config, logger), {
      logger: nestLogger(logger),
      abortOnError: false,
    }),
});
