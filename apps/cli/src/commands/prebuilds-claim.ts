/** `holdfast prebuilds claim`: a workspace for somebody, at once where one is ready. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { ExitCode } from '../exit-codes.js';
import { GatewayClient, GatewayRefusal } from '../gateway-client.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { claimResultSchema, renderClaim, standingOf } from '../prebuilds/claim-result.js';
import type { ClaimResult } from '../prebuilds/claim-result.js';
import { readKubeconfig } from '../why/kubeconfig.js';
import { defaultDir } from '../workspace.js';

interface ClaimOptions {
  readonly name?: string;
  readonly owner?: string;
  readonly wait: number;
  readonly parameter: Readonly<Record<string, string | number | boolean>>;
  readonly namespace?: string;
  readonly dir: string;
  readonly kubeconfig?: string;
  readonly output: Output;
}

/** Whoever does not know how a call ended repeats it with the same key, for this long. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;
const MAX_WAIT_SECONDS = 3_600;
/** Nobody leads, the store takes over, or the outcome is unknown. */
const PASSING = [429, 503, 504];

export const addPrebuildsClaimCommand = (prebuilds: Command, invocation: Invocation): void => {
  prebuilds
    .command('claim')
    .description(
      'hand out a workspace of a preset: at once where one is ready, else one is built; by the same --name again, the same one',
    )
    .argument('<preset>', 'the name of the Preset')
    .option('--name <name>', 'what its owner calls it, and the name of the claim (default: made up)')
    .option('--owner <user>', 'who gets it; for somebody else as a member of system:masters only (default: who asks)')
    .option('--wait <duration>', 'how long to wait for one that is starting, and until it is ready', readDuration, 0)
    .option('-p, --parameter <name=value>', 'a value of a parameter; may be given several times', readParameter, {})
    .option('-n, --namespace <namespace>', 'its namespace (default: the one of the kubeconfig)')
    .option('--dir <folder>', 'the folder of the stack to ask', defaultDir)
    .option('--kubeconfig <file>', 'how to reach the gateway (default: the kubeconfig of that stack)')
    .addOption(outputOption())
    .action(async (preset: string, options: ClaimOptions) => {
      invocation.finish(await claim(preset, options, invocation));
    });
};

const claim = async (preset: string, options: ClaimOptions, { out }: Invocation): Promise<number> => {
  const { kubeconfig, dir, name, owner, wait, parameter, output } = options;
  const access = await readKubeconfig(kubeconfig ?? join(dir, 'kubeconfig'));
  const client = new GatewayClient(access);
  const namespace = encodeURIComponent(options.namespace ?? access.namespace);
  const path = `/apis/prebuilds.holdfast.dev/v1/namespaces/${namespace}/presets/${encodeURIComponent(preset)}/claim`;
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(owner === undefined ? {} : { owner }),
    ...(Object.keys(parameter).length === 0 ? {} : { parameters: parameter }),
    waitSeconds: wait,
  };
  const key = randomUUID();
  const ask = async (): Promise<ClaimResult> =>
    claimResultSchema.parse(await client.create(path, body, { 'idempotency-key': key }));
  const begun = performance.now();
  try {
    const claimed = await untilKnown(ask);
    const tookMs = performance.now() - begun;
    // A key is of one command: what it found had been made by an earlier try whose answer was lost.
    const outcome = name === undefined ? 'created' : claimed.outcome;
    const result = { ...(await untilSettled(claimed, ask, begun + wait * 1_000)), outcome };
    if (output === 'json') out(JSON.stringify({ ...result, tookMs: Math.round(tookMs * 10) / 10 }, null, 2));
    else for (const line of renderClaim(result, tookMs)) out(line);
    return standingOf(result) === 'lost' ? ExitCode.failed : ExitCode.ok;
  } catch (error) {
    throw error instanceof GatewayRefusal ? new Error(error.reasonText) : error;
  } finally {
    await client.close();
  }
};

/** The same key leads to the same claim, so a call whose end nobody knows is made again. */
const untilKnown = async (ask: () => Promise<ClaimResult>): Promise<ClaimResult> => {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof GatewayRefusal && PASSING.includes(error.code);
      if (!passes || performance.now() >= end) throw error;
      await delay(PAUSE_MS);
    }
  }
};

const untilSettled = async (
  claimed: ClaimResult,
  ask: () => Promise<ClaimResult>,
  end: number,
): Promise<ClaimResult> => {
  let result = claimed;
  while (standingOf(result) === 'on its way' && performance.now() < end) {
    await delay(PAUSE_MS);
    result = await untilKnown(ask);
  }
  return result;
};

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

const readDuration = (text: string): number => {
  const [, count = '', unit = ''] = /^(\d+)([smh])$/.exec(text) ?? [];
  const seconds = Number(count) * (SECONDS[unit] ?? 0);
  if (count !== '' && seconds <= MAX_WAIT_SECONDS) return seconds;
  throw new InvalidArgumentError('It must be a number and a unit, such as 30s or 5m, and at most 1h.');
};

type Values = ClaimOptions['parameter'];

/** `true`, `false` and numbers are what they look like; in quotes they are strings. */
const readParameter = (text: string, before: Values): Values => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a name and a value, such as size=large.');
  return { ...before, [text.slice(0, at)]: valueIn(text.slice(at + 1)) };
};

const valueIn = (text: string): string | number | boolean => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
};
