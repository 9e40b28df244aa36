/** Three nats-servers that keep streams in three copies. */
import { join } from 'node:path';

import { freePort, startNatsServer } from '@holdfast/local-stack';
import type { NatsServer } from '@holdfast/local-stack';

import { eventually } from './eventually.js';
import { testPasswords } from './nats.js';
import { temporaryFolder } from './temporary-folder.js';

export interface TestNatsCluster {
  readonly urls: readonly string[];
  readonly monitorUrls: readonly string[];
  /** These do it to one server by its name, or to all. */
  pause(name?: string): Promise<void>;
  resume(name?: string): void;
  kill9(name?: string): Promise<void>;
  restart(name?: string): Promise<void>;
  close(): Promise<void>;
}

const NAMES = ['nats-1', 'nats-2', 'nats-3'] as const;

/** `secure` gives it the product's accounts; then the URLs carry the store's credentials. */
export const startNatsCluster = async ({ secure = false } = {}): Promise<TestNatsCluster> => {
  const folder = await temporaryFolder('nats-cluster');
  const ports = await Promise.all(NAMES.map(() => freePort()));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  const users = secure ? { passwords: testPasswords() } : {};
  const servers = await Promise.all(
    NAMES.map(async (name, i) => {
      const cluster = `cluster { name: test, listen: "127.0.0.1:${ports[i]}", routes: [${routes}] }`;
      const extraConfig = `server_name: ${name}\n${cluster}`;
      return [name, await startNatsServer({ dir: join(folder.path, name), extraConfig, ...users })] as const;
    }),
  );
  const some = (name?: string): NatsServer[] =>
    servers.filter(([candidate]) => name === undefined || candidate === name).map(([, server]) => server);
  const all = some();
  await eventually(() => isReady(all), { withinMs: 30_000 });
  return {
    urls: all.map((server) => server.url()),
    monitorUrls: all.map((server) => server.monitorUrl),
    pause: async (name) => {
      await Promise.all(some(name).map((server) => server.pause()));
    },
    resume: (name) => some(name).forEach((server) => server.resume()),
    kill9: async (name) => {
      await Promise.all(some(name).map((server) => server.kill9()));
    },
    restart: async (name) => {
      await Promise.all(some(name).map((server) => server.restart()));
    },
    close: async () => {
      await Promise.allSettled(all.map((server) => server.stop()));
      await folder.remove();
    },
  };
};

/** The servers have found each other and chosen who places streams. */
const isReady = async (servers: readonly NatsServer[]): Promise<boolean> => {
  const answers = await Promise.all(
    servers.map(async ({ monitorUrl }) => {
      const response = await fetch(`${monitorUrl}/jsz`);
      return (await response.json()) as { meta_cluster?: { leader?: string; cluster_size?: number } };
    }),
  );
  return answers.every(({ meta_cluster: meta }) => meta?.leader !== undefined && meta.cluster_size === NAMES.length);
};
