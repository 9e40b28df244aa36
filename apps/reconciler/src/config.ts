import { serviceEnvironment } from '@holdfast/nest-platform';
import type { ServiceConfig } from '@holdfast/nest-platform';

export const environment = serviceEnvironment;
export type ReconcilerConfig = ServiceConfig;
