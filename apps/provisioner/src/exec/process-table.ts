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
}

/** Of which workspace a process is, and which of its builds started it, as its environment says. */
interface MarkedEntry extends ProcessEntry {
  readonly uid: string;
  readonly build: string | undefined;
}

/** All processes at one moment, found by what leads to them: hundreds of workspaces may ask at once. */
interface ProcessScan {
  readonly byKey: ReadonlyMap<string, ProcessEntry>;
  readonly bySession: ReadonlyMap<number, readonly ProcessEntry[]>;
  /** By the uid of their workspace; environments are read once, for whoever asks first. */
  readonly byUid: () => Promise<ReadonlyMap<string, readonly MarkedEntry[]>>;
}

const GRACE_MS = 5_000;
const INSIST_MS = 5_000;
const LOOK_AGAIN_MS = 50;

export const processesOf = async ({
  uid,
  build,
  sessions = [],
  known = [],
}: ProcessOwner): Promise<readonly ProcessIdentity[]> => {
  const { byKey, bySession, byUid } = await scanSoon();
  const marked = uid === undefined ? [] : ((await byUid()).get(uid) ?? []);
  const owned = [
    ...known.flatMap((identity) => byKey.get(keyOf(identity)) ?? []),
    ...marked.filter((entry) => build === undefined || entry.build === String(build)),
  ];
  const led = new Set([...sessions, ...owned.map(({ session }) => session)]);
  const found = new Map([...owned, ...[...led].flatMap((session) => bySession.get(session) ?? [])].map(withPid));
  // Never ourselves, should a script have been started without a session of its own.
  found.delete(process.pid);
  return [...found.values()];
};

const withPid = (entry: ProcessEntry): [number, ProcessEntry] => [entry.pid, entry];

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
  const { byKey } = await scanSoon();
  return identities.every((identity) => byKey.has(keyOf(identity)));
};

/** Of one that runs. */
export const identityOf = async (pid: number): Promise<ProcessIdentity | undefined> => {
  const entry = await readEntry(pid, await readBoot());
  return entry === undefined ? undefined : { pid, started: entry.started };
};

const signal = ({ pid }: ProcessIdentity, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended by itself.
  }
};

const keyOf = ({ pid, started }: ProcessIdentity): string => `${pid}@${started}`;

let scanning: Promise<unknown> = Promise.resolve();
let nextScan: Promise<ProcessScan> | undefined;

/** One scan at a time; those who ask meanwhile share the next, which begins after all of them. */
const scanSoon = (): Promise<ProcessScan> => {
  nextScan ??= scanning
    .catch(() => undefined)
    .then(() => immediate())
    .then(() => {
      nextScan = undefined;
      const scan = scanProcesses();
      scanning = scan;
      return scan;
    });
  return nextScan;
};

const scanProcesses = async (): Promise<ProcessScan> => {
  const boot = await readBoot();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = (await Promise.all(pids.map((pid) => readEntry(Number(pid), boot)))).filter(
    (entry) => entry !== undefined,
  );
  let byUid: ReturnType<typeof readMarks> | undefined;
  return {
    byKey: new Map(entries.map((entry) => [keyOf(entry), entry])),
    bySession: groupBy(entries, ({ session }) => session),
    byUid: () => (byUid ??= readMarks(entries)),
  };
};

const readMarks = async (entries: readonly ProcessEntry[]): Promise<ReadonlyMap<string, readonly MarkedEntry[]>> => {
  const marked = await Promise.all(
    entries.map(async (entry) => {
      const environment = await readFile(`/proc/${entry.pid}/environ`, 'latin1').catch(() => '');
      const uid = variableIn(environment, 'HOLDFAST_WORKSPACE_UID');
      if (uid === undefined) return [];
      return [{ ...entry, uid, build: variableIn(environment, 'HOLDFAST_WORKSPACE_BUILD') }];
    }),
  );
  return groupBy(marked.flat(), ({ uid }) => uid);
};

const variableIn = (environment: string, name: string): string | undefined =>
  environment
    .split('\0')
    .find((variable) => variable.startsWith(`${name}=`))
    ?.slice(name.length + 1);

const groupBy = <K, T>(items: readonly T[], keyOfItem: (item: T) => K): ReadonlyMap<K, readonly T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOfItem(item));
    if (group === undefined) groups.set(keyOfItem(item), [item]);
    else group.push(item);
  }
  return groups;
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
