import 'reflect-metadata';

import { runService } from '@holdfast/nest-platform';

import { environment } from './config.js';
import { startGateway } from './start-gateway.js';

await runService({ service: 'api-gateway', environment, start: startGateway });
