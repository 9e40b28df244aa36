/** What a gateway is known by and whom it lets in, made once in a folder: for deployments that start no local stack. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ensureAdminToken } from './admin-token.js';
import { writePrivate } from './files.js';
import { kubeconfig } from './kubeconfig.js';

export interface GatewayIdentityOptions {
  readonly dir: string;
  /** Where clients reach the gateway; its host is one of the certificate's names. */
  readonly server: string;
  /** Further DNS names and IP addresses of the gateway. */
  readonly names: readonly string[];
  readonly now: Date;
}

/** Leaves certificates, the administrator's token and a kubeconfig in the folder; what is there and good is kept. */
export const ensureGatewayIdentity = async (options: GatewayIdentityOptions): Promise<{ kubeconfig: string }> => {
  const { dir, server, names, now } = options;
  // Loaded here, since the X.509 code is large and most who use this library make no certificates.
  const { ensureCertificates } = await import('./certificates.js');
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o711);
  const { token } = await ensureAdminToken(dir);
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  const { authorityPem } = await ensureCertificates({ dir, now, names: [...new Set([host, ...names])] });
  const path = join(dir, 'kubeconfig');
  await writePrivate(path, kubeconfig({ server, token, authorityPem }));
  return { kubeconfig: path };
};
