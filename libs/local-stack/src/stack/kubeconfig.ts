export interface KubeconfigOptions {
  readonly server: string;
  readonly authorityPem: string;
  readonly token: string;
}

/** A kubeconfig with one cluster, the administrator, and everything it needs inside. */
export const kubeconfig = ({ server, authorityPem, token }: KubeconfigOptions): string =>
  `apiVersion: v1
kind: Config
current-context: holdfast
clusters:
  - name: holdfast
    cluster:
      server: ${server}
      certificate-authority-data: ${Buffer.from(authorityPem).toString('base64')}
users:
  - name: admin
    user:
      token: ${token}
contexts:
  - name: holdfast
    context:
      cluster: holdfast
      user: admin
      namespace: default
`;
