import type { BenchStack } from './bench-stack.js';

const MEGABYTE = 1024 * 1024;

/** The resident memory of a service's process, in MB, as its metrics tell. */
export const residentMegabytes = async (bench: BenchStack, service: string): Promise<number> => {
  const health = bench.stack.describe().processes.find(({ name }) => name === service)?.health;
  if (health === undefined) throw new Error(`${service} is not running`);
  const metrics = await (await fetch(new URL('/metrics', health))).text();
  const bytes = /^holdfast_process_resident_memory_bytes(?:\{[^}]*\})? ([0-9.e+]+)$/m.exec(metrics)?.[1];
  if (bytes === undefined) throw new Error(`${service} does not tell its memory`);
  return Number(bytes) / MEGABYTE;
};
