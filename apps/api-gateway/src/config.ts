import { postgresUrl, port, serviceEnvironment } from '@holdfast/nest-platform';
import { z } from 'zod';

export const environment = {
  ...serviceEnvironment,
  HOLDFAST_DATABASE_URL: postgresUrl,
  HOLDFAST_GATEWAY_HOST: z.string().default('127.0.0.1'),
  HOLDFAST_GATEWAY_PORT: port,
  HOLDFAST_TLS_CERT_FILE: z.string(),
  HOLDFAST_TLS_KEY_FILE: z.string(),
  /** Lines of `token,user,uid,"group1,group2"`. */
  HOLDFAST_TOKEN_FILE: z.string(),
};

export type GatewayConfig = z.output<z.ZodObject<typeof environment>>;
