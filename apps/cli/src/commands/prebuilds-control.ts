/** What people ask of pools: `pause` and `resume`, `invalidate`, `retry` and `clean-up`. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';

import { POOL_OWNER } from '@holdfast/prebuild';

import { ExitCode } from '../exit-codes.js';
import { GatewayRefusal } from '../gateway-client.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { addConnectionOptions, withPools } from '../prebuilds/connection.js';
import type { ConnectionOptions, Pools } from '../prebuilds/connection.js';

interface ScopeOptions extends ConnectionOptions {
  readonly template?: string;
  readonly preset?: string;
}

interface ControlOptions extends ScopeOptions {
  readonly output: Output;
}

/** What was done: a sentence for people, and for programs what it consists of. */
interface Done {
  readonly text: string;
  readonly result: object;
}

export const addPrebuildsControlCommands = (prebuilds: Command, { out, finish }: Invocation): void => {
  const add = (name: string, description: string): Command =>
    addConnectionOptions(prebuilds.command(name).description(description)).addOption(outputOption());
  const addScoped = (name: string, description: string): Command =>
    add(name, description)
      .addOption(new Option('--template <name>', 'only the pools of this Template').conflicts('preset'))
      .option('--preset <name>', 'only the pools of this Preset');
  const tell = async (options: ControlOptions, work: (pools: Pools) => Promise<Done>): Promise<void> => {
    const { text, result } = await withPools(options, work);
    out(options.output === 'json' ? JSON.stringify(result, null, 2) : text);
    finish(ExitCode.ok);
  };

  addScoped('pause', 'create and delete nothing; claims go on').action((options: ControlOptions) =>
    tell(options, (pools) => setPaused(pools, options, true)),
  );
  addScoped('resume', 'create and delete again').action((options: ControlOptions) =>
    tell(options, (pools) => setPaused(pools, options, false)),
  );
  addScoped('invalidate', 'build again what was built before now').action(
    (options: ControlOptions, command: Command) => {
      const { template, preset } = options;
      if (template === undefined && preset === undefined)
        command.error('error: one of the options --template and --preset is required');
      return tell(options, (pools) => invalidate(pools, options));
    },
  );
  add('retry', 'try again at once after failed builds')
    .argument('<preset>', 'the name of the Preset')
    .action((preset: string, options: ControlOptions) => tell(options, (pools) => retry(pools, preset)));
  add('clean-up', 'delete the failed and cancelled builds that are kept as evidence')
    .option('--preset <name>', 'only those of this Preset')
    .action((options: ControlOptions) => tell(options, (pools) => cleanUp(pools, options.preset)));
};

const setPaused = async (pools: Pools, { template, preset }: ScopeOptions, paused: boolean): Promise<Done> => {
  const did = paused ? 'paused' : 'resumed';
  if (template !== undefined) {
    await pools.client.mergePatch(pools.path('templates', template), { spec: { paused } });
    return { text: `the pools of template ${template} are ${did}`, result: { template, paused } };
  }
  if (preset !== undefined) {
    await pools.client.mergePatch(pools.path('presets', preset), { spec: { prebuilds: { paused } } });
    return { text: `the pools of preset ${preset} are ${did}`, result: { preset, paused } };
  }
  await setSystemPaused(pools, paused);
  return { text: `all pools are ${did}`, result: { paused } };
};

const SWITCHES = '/api/v1/namespaces/holdfast-system/configmaps';

/** The switch of the whole system is there once somebody has used it. */
const setSystemPaused = async ({ client }: Pools, paused: boolean): Promise<void> => {
  const data = { paused: String(paused) };
  try {
    await client.mergePatch(`${SWITCHES}/prebuilds`, { data });
  } catch (error) {
    if (!(error instanceof GatewayRefusal) || error.code !== 404) throw error;
    await client.create(SWITCHES, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'prebuilds' }, data });
  }
};

const invalidate = async (pools: Pools, { template, preset = '' }: ScopeOptions): Promise<Done> => {
  const invalidatedAt = new Date().toISOString();
  if (template !== undefined) {
    await pools.client.mergePatch(pools.path('templates', template), { spec: { invalidatedAt } });
    const text = `what was built of template ${template} before ${invalidatedAt} is built again`;
    return { text, result: { template, invalidatedAt } };
  }
  await pools.client.mergePatch(pools.path('presets', preset), { spec: { prebuilds: { invalidatedAt } } });
  const text = `what was built of preset ${preset} before ${invalidatedAt} is built again`;
  return { text, result: { preset, invalidatedAt } };
};

const retry = async (pools: Pools, preset: string): Promise<Done> => {
  const retriedAt = new Date().toISOString();
  await pools.client.mergePatch(pools.path('presets', preset), { spec: { prebuilds: { retriedAt } } });
  return { text: `preset ${preset} is tried again`, result: { preset, retriedAt } };
};

const workspacesSchema = z.looseObject({
  items: z.array(
    z.looseObject({ metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }) }),
  ),
});

type Workspace = z.output<typeof workspacesSchema>['items'][number];

const AT_ONCE = 16;

const cleanUp = async (pools: Pools, preset: string | undefined): Promise<Done> => {
  const failed = [...(await evidence(pools, 'Failed', preset)), ...(await evidence(pools, 'Cancelled', preset))];
  // Of a preset that there is not there is no evidence, either; one that has just been deleted may have some.
  if (failed.length === 0 && preset !== undefined) await pools.client.get(pools.path('presets', preset));
  const deleted: string[] = [];
  for (let from = 0; from < failed.length; from += AT_ONCE) {
    const some = failed.slice(from, from + AT_ONCE);
    const isDeleted = await Promise.all(some.map((workspace) => remove(pools, workspace)));
    deleted.push(...some.filter((_, i) => isDeleted[i]).map(({ metadata }) => metadata.name));
  }
  const result = { ...(preset === undefined ? {} : { preset }), deleted };
  return { text: `deleted ${deleted.length} failed and cancelled builds`, result };
};

const evidence = async (pools: Pools, phase: string, preset: string | undefined): Promise<readonly Workspace[]> => {
  const selected = [`spec.owner=${POOL_OWNER}`, `status.phase=${phase}`];
  if (preset !== undefined) selected.push(`spec.preset=${preset}`);
  const path = `${pools.path('workspaces')}?fieldSelector=${encodeURIComponent(selected.join(','))}`;
  return workspacesSchema.parse(await pools.client.get(path)).items;
};

/** Only as it was seen: one that is built again or claimed meanwhile stays. */
const remove = async ({ client, path }: Pools, { metadata }: Workspace): Promise<boolean> => {
  const { name, uid, resourceVersion } = metadata;
  try {
    await client.delete(path('workspaces', name), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion },
    });
    return true;
  } catch (error) {
    if (!(error instanceof GatewayRefusal) || ![404, 409].includes(error.code)) throw error;
    return false;
  }
};
