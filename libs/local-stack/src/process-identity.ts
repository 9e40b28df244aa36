/** Whether a process lives, and whether it is still the one noted earlier: ids are given again, start times are not. */
import { readFileSync } from 'node:fs';

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
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields are counted after the command's name, which stands in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
};
