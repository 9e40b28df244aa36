/**
 * The processes of a workspace, found in /proc whatever they forked and whatever session they made: by the workspace's
 * variables in their environment, by what was noted of them, and by being in one session with such a process. Ids are
 * given again, so that a process is known by its id and the time of its start.
 */
import { readdir, readFile } from 'node:fs/promises';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** The boot and the clock tick. */
  readonly started: string;
}

export interface ProcessOwner {
  /** Of a workspace; without one, sessions and what is known lead to its processes. */
  readonly uid?: string;
  /** Only those that this build started. */
  readonly build?: number;
  /** Sessions of scripts that run now. */
  readonly sessions?: readonly number[];
  /** Noted before; also found when their environment does not tell. */
  readonly known?: readonly ProcessIdentity[];
}

interface ProcessEntry extends ProcessIdentity {
  readonly session: number;
  /** Read once, by whoever asks first. */
  environment?: Promise<readonly string[]>;
}

const GRACE_MS = 5_000;
const INSIST_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export const processesOf = async (owner: ProcessOwner): Promise<readonly ProcessIdentity[]> => {
  const all = await listProcesses();
  const owned = await Promise.all(all.map(async (entry) => isKnown(entry, owner) || (await isMarked(entry, owner))));
  const sessions = new Set(owner.sessions);
  all.forEach(({ session }, i) => owned[i] && sessions.add(session));
  // Never ourselves, should a script have been started without a session of its own.
  return all.filter(({ pid, session }, i) => pid !== process.pid && (owned[i] || sessions.has(session)));
};

/** TERM, and KILL after 5 s; resolves with what is left all the same. */
export const endProcesses = async (owner: ProcessOwner): Promise<readonly ProcessIdentity[]> => {
  const began = performance.now();
  let left = await processesOf(owner);
  const asked = new Set<string>();
  while (left.length > 0 && performance.now() - began < GRACE_MS + INSIST_MS) {
    const insists = performance.now() - began > GRACE_MS;
    for (const entry of left) {
      if (insists) signal(entry, 'SIGKILL');
      else if (!asked.has(keyOf(entry))) {
        asked.add(keyOf(entry));
        signal(entry, 'SIGTERM');
        // One that is stopped would not hear it.
        signal(entry, 'SIGCONT');
      }
    }
    await delay(LOOK_AGAIN_MS);
    // What was found once is looked for by itself: with its parent gone, nothing else may lead to it.
    left = await processesOf({ ...owner, known: [...(owner.known ?? []), ...left] });
  }
  return left;
};

export const areRunning = async (identities: readonly ProcessIdentity[]): Promise<boolean> => {
  const running = new Set((await listProcesses()).map(keyOf));
  return identities.every((identity) => running.has(keyOf(identity)));
};

/** Of one that runs. */
export const identityOf = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const entry = await readEntry(pid, await readBoot());
  return entry === undefined ? undefined : { pid, started: entry.started };
};

const isKnown = (entry: ProcessEntry, { known = [] }: ProcessOwner): boolean =>
  known.some((identity) => keyOf(identity) === keyOf(entry));

const isMarked = async (entry: ProcessEntry, { uid, build }: ProcessOwner): Promise<boolean> => {
  if (uid === undefined) return false;
  const variables = await (entry.environment ??= readEnvironment(entry));
  return (
    variables.includes(`HOLDFAST_WORKSPACE_UID=${uid}`) &&
    (build === undefined || variables.includes(`HOLDFAST_WORKSPACE_BUILD=${build}`))
  );
};

const readEnvironment = async ({ pid }: ProcessEntry): Promise<readonly string[]> =>
  (await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')).split('\0');

const signal = ({ pid }: ProcessIdentity, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
};

const keyOf = ({ pid, started }: ProcessIdentity): string => `${pid}@${started}`;

let nextScan: Promise<readonly ProcessEntry[]> | undefined;

/** Those who ask in one turn share a scan, which begins after all of them: hundreds of workspaces end at one stop. */
const listProcesses = (): Promise<readonly ProcessEntry[]> => {
  nextScan ??= immediate().then(() => {
    nextScan = undefined;
    return scanProcesses();
  });
  return nextScan;
};

const scanProcesses = async (): Promise<readonly ProcessEntry[]> => {
  const boot = await readBoot();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(pids.map((pid) => readEntry(Number(pid), boot)));
  return entries.filter((entry) => entry !== undefined);
};

const readBoot = async (): Promise<string> => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();

/** Undefined for one that has ended, collected by its parent or not. */
const readEntry = async (pid: number, boot: string): Promise<ProcessEntry | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  // Fields are counted after the command's name, which stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (stat === '' || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, session: Number(fields[3]), started: `${boot}:${fields[19]}` };
};
