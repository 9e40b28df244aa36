/** The whole product for end-to-end tests: real servers, the compiled services, a folder of its own. */
import { resolve } from 'node:path';

import { startStack } from '@holdfast/local-stack';
import type { ServiceName, Stack, StackEvent } from '@holdfast/local-stack';

import { temporaryFolder } from './temporary-folder.js';

const workspace = resolve(import.meta.dirname, '..', '..', '..');

export interface TestStack {
  readonly stack: Stack;
  readonly dir: string;
  /** Everything that the stack told so far: crashes, restarts, the lines that services wrote. */
  readonly events: readonly StackEvent[];
  /** The current process of this name, as in stack.json; throws while it is not running. */
  pid(name: string): number;
  /** Stops everything and starts it again in the same folder; `stack` is another one then. */
  restart(): Promise<void>;
  /** Stops everything and removes the folder. */
  close(): Promise<void>;
}

export interface TestStackOptions {
  /** How many processes of a service are run; further ones are called `<service>-2` and so on. */
  readonly instances?: Partial<Record<ServiceName, number>>;
  /** Further variables of the services. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a stack on free ports from what is compiled; the services must have been built. */
export const startTestStack = async ({ instances = {}, env = {} }: TestStackOptions = {}): Promise<TestStack> => {
  const folder = await temporaryFolder('stack');
  const events: StackEvent[] = [];
  const start = (): Promise<Stack> =>
    startStack({
      dir: folder.path,
      workspace,
      env: { ...environmentWithoutServers(), ...env },
      report: (event) => events.push(event),
      durable: false,
      instances,
    });
  let stack = await start().catch(async (error: unknown) => {
    await folder.remove();
    throw error;
  });
  return {
    get stack() {
      return stack;
    },
    dir: folder.path,
    events,
    pid: (name) => {
      const found = stack.describe().processes.find((process) => process.name === name);
      if (found === undefined) throw new Error(`no ${name} is running`);
      return found.pid;
    },
    restart: async () => {
      await stack.stop();
      stack = await start();
    },
    close: async () => {
      await stack.stop();
      await folder.remove();
    },
  };
};

/** What a developer's shell says about servers is not meant for tests. */
const environmentWithoutServers = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('HOLDFAST_') || ['HOLDFAST_CACHE', 'HOLDFAST_NATS_SERVER'].includes(name),
    ),
  );
