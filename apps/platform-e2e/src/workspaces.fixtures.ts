/** A template whose workspaces greet their owner over HTTP, and what to ask of such a workspace. */
import type { KubeObject } from './gateway-client.fixtures.js';
import type { GatewayClient } from './gateway-client.fixtures.js';
import { POOLS, POOLS_GROUP, template, templateVersion } from './pool-kinds.fixtures.js';

const CREATE = `
cat > server.mjs <<'JS'
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
createServer((_, response) => response.end(readFileSync('greeting'))).listen(process.env.HOLDFAST_WORKSPACE_PORT, '127.0.0.1');
JS
echo "hello, $HOLDFAST_WORKSPACE_OWNER" > greeting
echo created
`;
const START = `
node server.mjs > server.log 2>&1 &
echo "web=http://127.0.0.1:$HOLDFAST_WORKSPACE_PORT/" >> "$HOLDFAST_ENDPOINTS"
`;

export const makeGreeter = async (client: GatewayClient): Promise<void> => {
  await client.create(`${POOLS}/templates`, template('greeter'));
  await client.create(
    `${POOLS}/templateversions`,
    templateVersion('greeter-v1', 'greeter', {
      provisioner: {
        name: 'exec',
        exec: { create: CREATE, start: START, claim: 'echo "hello, $HOLDFAST_WORKSPACE_OWNER" > greeting' },
      },
      readiness: { http: { endpoint: 'web', path: '/' }, periodSeconds: 1 },
      timeouts: { createSeconds: 30, readySeconds: 20, claimSeconds: 10, stopSeconds: 10, deleteSeconds: 10 },
    }),
  );
};

export const greeterWorkspace = (name: string) => ({
  apiVersion: `${POOLS_GROUP}/v1`,
  kind: 'Workspace',
  metadata: { name, namespace: 'default' },
  spec: { template: 'greeter', version: 'greeter-v1', parameters: { size: 'small' }, owner: 'ada' },
});

export const pathOf = (name: string): string => `${POOLS}/workspaces/${name}`;

/** What its page says; rejects where nothing answers. */
export const greetingOf = async ({ status }: KubeObject): Promise<string> => {
  const [endpoint] = (status?.['endpoints'] ?? []) as readonly { readonly url: string }[];
  if (endpoint === undefined) throw new Error('the workspace has no endpoint');
  return (await fetch(endpoint.url)).text();
};
