import { isAbsolute } from 'node:path';

import { faultVariable, serviceEnvironment } from '@holdfast/nest-platform';
import { z } from 'zod';

import { FAULT_POINTS } from './fault.js';

export const DRIVERS = ['exec', 'container'] as const;
export type DriverName = (typeof DRIVERS)[number];

const driverNames = z
  .string()
  .default(DRIVERS.join(','))
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .pipe(z.array(z.enum(DRIVERS, `expected some of ${DRIVERS.join(', ')}, separated by commas`)).min(1));

export const environment = {
  ...serviceEnvironment,
  /** What this process is for templates. */
  HOLDFAST_PROVISIONERS: driverNames,
  /** The folder of all workspaces, of this process alone. */
  HOLDFAST_WORKSPACES_DIR: z.string().refine(isAbsolute, 'expected an absolute path'),
  /** Builds at once. */
  HOLDFAST_BUILD_PARALLELISM: z.coerce.number().int().min(1).max(256).default(4),
  /** For crash tests alone: dies at a named point. */
  HOLDFAST_FAULT: faultVariable(FAULT_POINTS),
};

export type ProvisionerConfig = z.output<z.ZodObject<typeof environment>>;
