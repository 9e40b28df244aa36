/** Whether a process lives, and whether it is still the one noted earlier: ids are given again, start times are not. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** The kernel's start time in clock ticks; empty where the system does not tell. */
  readonly started: string;
}

export const identify = (pid: number): ProcessIdentity => ({ pid, started: readStat(pid)?.started ?? '' });

export const isRunning = ({ pid, started }: ProcessIdentity): boolean =>
  isAlive(pid) && (started === '' || readStat(pid)?.started === started);

/** Whether a process with this id runs, ours or not. One that has ended and was not collected by its parent does not. */
export const isAlive = (pid: number): boolean => exists(pid) && readStat(pid)?.state !== 'Z';

/** Whether every thread of a process was stopped by a signal; taken for true where the system does not tell. */
export const isStopped = (pid: number): boolean => {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => stateIn(`/proc/${pid}/task/${thread}/stat`) === 'T');
  } catch {
    return true;
  }
};

const stateIn = (file: string): string | undefined => fieldsIn(file)[0];

/** Fields are counted after the command's name, which stands in parentheses and may hold anything. */
const fieldsIn = (file: string): readonly string[] => {
  const stat = readFileSync(file, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Undefined where there is no /proc, or the process has gone. */
const readStat = (pid: number): { state: string; started: string } | undefined => {
  try {
    const fields = fieldsIn(`/proc/${pid}/stat`);
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
};
