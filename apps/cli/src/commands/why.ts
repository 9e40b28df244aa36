import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';

import { colors } from '../colors.js';
import { ExitCode } from '../exit-codes.js';
import { GatewayClient, GatewayRefusal } from '../gateway-client.js';
import type { Invocation } from '../invocation.js';
import { outputOption } from '../output-option.js';
import type { Output } from '../output-option.js';
import { explanationSchema } from '../why/explanation.js';
import { discoverKinds, findKind, objectPath } from '../why/find-kind.js';
import { readKubeconfig } from '../why/kubeconfig.js';
import { renderStories } from '../why/render-story.js';
import { isEventful, storiesOf } from '../why/story.js';
import { summaryOf } from '../why/summary.js';
import { defaultDir } from '../workspace.js';

interface WhyOptions {
  readonly namespace?: string;
  readonly limit: number;
  readonly dir: string;
  readonly kubeconfig?: string;
  readonly output: Output;
}

const MAX_LIMIT = 100;

export const addWhyCommand = (program: Command, invocation: Invocation): void => {
  program
    .command('why')
    .description('tell what led to an object as it is: who changed what, which runs followed, and what they wrote')
    .argument('<kind>', 'its kind as kubectl takes it: plural, singular, short name, or with its group')
    .argument('<name>', 'its name; deleted objects can be asked about, too')
    .option('-n, --namespace <namespace>', 'its namespace (default: the one of the kubeconfig)')
    .option('--limit <count>', `how many changes and how many runs, 1 to ${MAX_LIMIT}, the newest`, readLimit, 20)
    .option('--dir <folder>', 'the folder of the stack to ask', defaultDir)
    .option('--kubeconfig <file>', 'how to reach the gateway (default: the kubeconfig of that stack)')
    .addOption(outputOption())
    .action(async (kind: string, name: string, options: WhyOptions) => {
      invocation.finish(await why({ kind, name }, options, invocation));
    });
};

const why = async (
  asked: { readonly kind: string; readonly name: string },
  { namespace, limit, dir, kubeconfig, output }: WhyOptions,
  { out }: Invocation,
): Promise<number> => {
  const access = await readKubeconfig(kubeconfig ?? join(dir, 'kubeconfig'));
  const client = new GatewayClient(access);
  try {
    const kind = findKind(await discoverKinds(client), asked.kind);
    if (kind === undefined) throw new Error(`the gateway serves no kind "${asked.kind}"`);
    const path = objectPath(kind, namespace ?? access.namespace, asked.name);
    const answer = await client.get(`${path}/why?limit=${limit}`);
    if (output === 'json') out(JSON.stringify(answer, null, 2));
    else for (const line of await describe(answer, client, path)) out(line);
    return ExitCode.ok;
  } catch (error) {
    // Its message names the object or what is away; the call behind it is of no use to a reader.
    throw error instanceof GatewayRefusal ? new Error(error.reasonText) : error;
  } finally {
    await client.close();
  }
};

const describe = async (answer: unknown, client: GatewayClient, path: string): Promise<readonly string[]> => {
  const explanation = explanationSchema.parse(answer);
  const state = await client.get(path).catch((error: unknown) => {
    if (error instanceof GatewayRefusal && error.code === 404) return undefined;
    throw error;
  });
  const { isTTY, columns } = process.stdout;
  const terminal = {
    width: isTTY ? columns : Number.POSITIVE_INFINITY,
    colors,
    clock: clockAt(new Date()),
  };
  const stories = renderStories(storiesOf(explanation), explanation.object, terminal);
  const quiet = explanation.runs.filter((run) => !isEventful(run)).length;
  return [
    terminal.colors.bold(summaryOf(explanation, state)),
    ...stories,
    ...(quiet === 0 ? [] : [terminal.colors.dim(`and ${quiet} ${quiet === 1 ? 'run' : 'runs'} with nothing to do`)]),
  ];
};

/** Local time; with the day when that is not today. */
const clockAt =
  (now: Date) =>
  (time: string): string => {
    const then = new Date(time);
    const two = (value: number): string => String(value).padStart(2, '0');
    const day = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} `;
    const clock = [then.getHours(), then.getMinutes(), then.getSeconds()].map(two).join(':');
    const isToday = then.toDateString() === now.toDateString();
    return `${isToday ? '' : day}${clock}.${String(then.getMilliseconds()).padStart(3, '0')}`;
  };

const readLimit = (text: string): number => {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_LIMIT}.`);
};
