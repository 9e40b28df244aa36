/** Asks a workspace again and again whether it can be used. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { Work } from '@holdfast/provision';

import { BuildError } from './driver.js';
import type { Endpoints } from './driver.js';

export type ReadinessProbe = NonNullable<Work['readiness']>;

/** Rejects with why not. */
export type RunProbeCommand = (command: readonly [string, ...string[]], signal: AbortSignal) => Promise<void>;

export interface ReadinessWait {
  readonly probe: ReadinessProbe;
  readonly endpoints: Endpoints;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly runCommand: RunProbeCommand;
}

const LONGEST_TRY_MS = 10_000;

/** Resolves at the first good answer; rejects with the last bad one when the time is over. */
export const waitUntilReady = async (wait: ReadinessWait): Promise<void> => {
  const { probe, timeoutMs, signal } = wait;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = deadline - performance.now();
    const limit = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(left, LONGEST_TRY_MS))));
    const problem = await problemOf(wait, AbortSignal.any([signal, limit]));
    signal.throwIfAborted();
    if (problem === undefined) return;
    if (performance.now() + probe.periodSeconds * 1_000 >= deadline)
      throw new BuildError('NotReady', `not ready within ${timeoutMs / 1_000} s: ${problem}`);
    await delay(probe.periodSeconds * 1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
};

const problemOf = async (wait: ReadinessWait, signal: AbortSignal): Promise<string | undefined> => {
  try {
    await askOnce(wait, signal);
    return undefined;
  } catch (error) {
    if (error instanceof BuildError && error.reason === 'EndpointMissing') throw error;
    return error instanceof Error ? reasonOf(error) : String(error);
  }
};

const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? cause.message : message);

const askOnce = async ({ probe, endpoints, runCommand }: ReadinessWait, signal: AbortSignal): Promise<void> => {
  const [program, ...args] = probe.command ?? [];
  if (program !== undefined) await runCommand([program, ...args], signal);
  if (probe.tcp !== undefined) await askTcp(urlOf(probe.tcp.endpoint, endpoints), signal);
  if (probe.http !== undefined) await askHttp(new URL(probe.http.path, urlOf(probe.http.endpoint, endpoints)), signal);
};

const urlOf = (name: string, endpoints: Endpoints): URL => {
  const endpoint = endpoints.find((candidate) => candidate.name === name);
  if (endpoint !== undefined) return new URL(endpoint.url);
  const known = endpoints.length === 0 ? 'there are none' : `there are ${endpoints.map((e) => e.name).join(', ')}`;
  throw new BuildError('EndpointMissing', `the probe asks the endpoint "${name}", but ${known}`);
};

const askTcp = (url: URL, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const port = Number(url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : url.port);
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

const askHttp = async (url: URL, signal: AbortSignal): Promise<void> => {
  const response = await fetch(url, { signal, redirect: 'manual' });
  await response.body?.cancel();
  if (response.status < 200 || response.status >= 400) throw new Error(`${url.href} answers ${response.status}`);
};
