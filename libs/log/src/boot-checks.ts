/** What is asked of the server before the log is trusted; each answer is a list of what is wrong. */
import type { ServerInfo } from '@nats-io/transport-node';

/** Where to read that the server writes to disk before it acknowledges, or the operator's word for it. */
export type SyncCheck = { readonly monitorUrl: string } | { readonly trust: true };

/** The first with atomic publishing, honest about expectations in replicated streams. */
const MIN_VERSION = { major: 2, minor: 12 };

/** An object of half a MiB, its event's record, and the commit's header. */
const MIN_PAYLOAD = 1024 * 1024;

/** Headers of an append, rounded up: they count towards the server's limit. */
const APPEND_HEADERS = 512;

export const serverProblems = (server: Pick<ServerInfo, 'version' | 'max_payload'>): string[] => {
  const problems: string[] = [];
  const [major = 0, minor = 0] = server.version.split('.').map((part) => Number.parseInt(part, 10));
  if (major < MIN_VERSION.major || (major === MIN_VERSION.major && minor < MIN_VERSION.minor)) {
    problems.push(
      `nats-server is ${server.version}, must be at least ${MIN_VERSION.major}.${MIN_VERSION.minor}: ` +
        'older ones do not enforce what appends expect',
    );
  }
  if (server.max_payload < MIN_PAYLOAD) {
    problems.push(
      `nats-server's max_payload is ${server.max_payload}, must be at least ${MIN_PAYLOAD} to hold a commit`,
    );
  }
  return problems;
};

export const maxCommitBytes = (server: Pick<ServerInfo, 'max_payload'>): number => server.max_payload - APPEND_HEADERS;

const MONITOR_TIMEOUT_MS = 2_000;

/** Asks every server named (URLs separated by commas) whether it syncs each write before acknowledging it. */
export const syncProblems = async (sync: SyncCheck): Promise<string[]> => {
  if ('trust' in sync) return [];
  const problems = await Promise.all(sync.monitorUrl.split(',').map((url) => syncProblem(url.trim())));
  return problems.filter((problem) => problem !== undefined);
};

const syncProblem = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(new URL('/varz', url), {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(MONITOR_TIMEOUT_MS),
    });
    const varz = (await response.json()) as { jetstream?: { config?: { sync_always?: boolean } } };
    if (varz.jetstream?.config?.sync_always === true) return undefined;
    return `the server at ${url} acknowledges before writing to disk: set "jetstream { sync_interval: always }"`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `whether the server at ${url} writes to disk before it acknowledges cannot be read: ${why}`;
  }
};
