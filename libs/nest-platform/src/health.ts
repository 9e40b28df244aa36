/**
 * Health by dependency: each check is probed in the background, so that asking costs nothing and a dependency that
 * hangs is as red as one that refuses. A probe every second with a limit of 2.5 s makes red visible within 5 s.
 */
const PROBE_INTERVAL_MS = 1_000;
/** What has never passed is about to: at a start, whoever waits for green should not wait for us. */
const FIRST_PASS_INTERVAL_MS = 50;
const PROBE_LIMIT_MS = 2_500;

export interface CheckState {
  readonly status: 'ok' | 'error';
  readonly detail?: string;
}

/** Rejects, or hangs, while the dependency is away; a returned string is shown as detail. */
export type Check = () => Promise<string | void>;

export interface HealthReport {
  readonly status: 'ok' | 'error';
  readonly service: string;
  readonly checks: Readonly<Record<string, CheckState>>;
}

export class HealthRegistry {
  private readonly states = new Map<string, CheckState>();
  private readonly facts = new Map<string, () => unknown>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly service: string) {}

  /** Watches a dependency until `close`. It is red until its first probe has passed. */
  add(name: string, check: Check): void {
    this.states.set(name, { status: 'error', detail: 'not probed yet' });
    let everPassed = false;
    const probe = async (): Promise<void> => {
      const state = await probeOnce(check);
      this.states.set(name, state);
      everPassed ||= state.status === 'ok';
      if (!this.closed) this.schedule(probe, everPassed ? PROBE_INTERVAL_MS : FIRST_PASS_INTERVAL_MS);
    };
    void probe();
  }

  /** A further member of the health body, such as the store's role; it decides nothing. */
  addFact(name: string, read: () => unknown): void {
    this.facts.set(name, read);
  }

  /** How one dependency is; undefined for what is not watched. */
  stateOf(name: string): CheckState | undefined {
    return this.states.get(name);
  }

  report(): HealthReport & Readonly<Record<string, unknown>> {
    const checks = Object.fromEntries(this.states);
    const states = Object.values(checks);
    // A service that has no check yet is still starting.
    const healthy = states.length > 0 && states.every((state) => state.status === 'ok');
    const status = healthy ? 'ok' : 'error';
    const facts = Object.fromEntries([...this.facts].map(([name, read]) => [name, read()]));
    return { status, service: this.service, ...facts, checks };
  }

  private closed = false;

  close(): void {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
  }

  private schedule(probe: () => Promise<void>, inMs: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void probe();
    }, inMs);
    timer.unref();
    this.timers.add(timer);
  }
}

const probeOnce = async (check: Check): Promise<CheckState> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PROBE_LIMIT_MS} ms`)), PROBE_LIMIT_MS);
    timer.unref();
  });
  try {
    const detail = await Promise.race([check(), limit]);
    return detail === undefined ? { status: 'ok' } : { status: 'ok', detail };
  } catch (error) {
    return { status: 'error', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};
