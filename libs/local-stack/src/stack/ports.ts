/** Ports are chosen once and kept, so that a kubeconfig stays valid across restarts. */
import { join } from 'node:path';
import { z } from 'zod';

import { freePort } from '../free-port.js';
import { readJson, writeJson } from './files.js';

const portsSchema = z.record(z.string(), z.number().int());

export type PortOf = (name: string) => number;

/** For each name its port of last time where that is free and not `reserved`, else another free one. */
export const choosePorts = async (dir: string, names: readonly string[], reserved?: number): Promise<PortOf> => {
  const path = join(dir, 'ports.json');
  const stored = await readJson(path);
  const before = stored === undefined ? {} : portsSchema.parse(stored);
  const chosen: Record<string, number> = {};
  const kept = reserved === undefined ? [] : [reserved];
  for (const name of names) chosen[name] = await freePortBut([...kept, ...Object.values(chosen)], before[name]);
  await writeJson(path, chosen);
  return (name) => {
    const port = chosen[name];
    if (port === undefined) throw new Error(`no port was chosen for ${name}`);
    return port;
  };
};

const freePortBut = async (taken: readonly number[], wanted?: number): Promise<number> => {
  let port = await freePort(wanted);
  while (taken.includes(port)) port = await freePort();
  return port;
};
