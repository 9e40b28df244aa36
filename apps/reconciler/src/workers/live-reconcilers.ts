/**
 * Runs a controller for each accepted Reconciler, on every replica: which keys are called from here is for the shares to
 * say. Follows the world, so that a Reconciler that is added, changed or deleted, or whose kind comes or goes, takes
 * effect without a restart.
 */
import { keyText } from '@holdfast/contracts';
import { keyOf, objectTypeText } from '@holdfast/reconcile';
import type { Controller, ObjectType } from '@holdfast/reconcile';

import type { ControllerRuntime } from '../controller-runtime.js';
import { judgeReconcilers } from './judge-reconcilers.js';
import type { AcceptedReconciler, InProcess, Verdict } from './judge-reconcilers.js';
import { DEFINITIONS, lookupKinds } from './known-kinds.js';
import { RECONCILERS } from './reconciler-kind.js';
import { registrations } from './registrations.js';
import type { WorkerCalls } from './worker-calls.js';
import { workerReconciler } from './worker-reconciler.js';

interface Live {
  readonly type: ObjectType;
  /** What the controller was made from, as text. */
  readonly made: string;
  readonly controller: Controller;
  /** Keys that found no worker. */
  readonly unserved: Set<string>;
  /** Runs while a change of its objects waits to show in its own status. */
  summing?: NodeJS.Timeout;
}

export interface LiveReconcilersOptions {
  /** Its controllers so far are those in process: what they have for themselves is taken. */
  readonly runtime: Pick<ControllerRuntime, 'add' | 'controllers' | 'remove' | 'world'>;
  readonly calls: WorkerCalls;
}

/** The status of a Reconciler changes slowly, however fast its objects do. */
const SUM_UP_MS = 1_000;

const CONCERNING = new Set([RECONCILERS, DEFINITIONS].map(objectTypeText));

export class LiveReconcilers {
  private readonly live = new Map<string, Live>();
  private readonly leaving = new Set<string>();
  private readonly inProcess: readonly InProcess[];
  private readonly registrations: Controller;
  private judged: ReadonlyMap<string, Verdict> | undefined;
  private scheduled = false;

  constructor(private readonly options: LiveReconcilersOptions) {
    const { runtime, calls } = options;
    this.registrations = runtime.add(registrations(() => this.verdicts));
    this.inProcess = runtime.controllers.map(({ definition }) => definition);
    calls.start((name) => this.workerCame(name));
    runtime.world.onChange(({ key }) => {
      const type = objectTypeText(key);
      if (CONCERNING.has(type)) this.schedule();
      for (const [name, live] of this.live) if (objectTypeText(live.type) === type) this.sumUp(name, live);
    });
  }

  /** Verdicts on what is known at this moment, by name. */
  get verdicts(): ReadonlyMap<string, Verdict> {
    const { cache } = this.options.runtime.world;
    this.judged ??= judgeReconcilers({
      reconcilers: cache.list(RECONCILERS),
      kinds: lookupKinds(cache),
      inProcess: this.inProcess,
    });
    return this.judged;
  }

  /** Once for all that changes in one turn of the event loop. */
  private schedule(): void {
    this.judged = undefined;
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.follow();
    });
  }

  private follow(): void {
    const wanted = new Map<string, AcceptedReconciler>();
    for (const [name, verdict] of this.verdicts)
      if (verdict.status === 'accepted') wanted.set(name, verdict.reconciler);
    for (const [name, { made }] of this.live) {
      const reconciler = wanted.get(name);
      if (reconciler === undefined || made !== textOf(reconciler)) this.stop(name);
    }
    for (const reconciler of wanted.values()) {
      // What leaves comes back here when it has left: never two controllers of one name.
      if (!this.live.has(reconciler.name) && !this.leaving.has(reconciler.name)) this.start(reconciler);
    }
  }

  private start(reconciler: AcceptedReconciler): void {
    const { runtime, calls } = this.options;
    const unserved = new Set<string>();
    const definition = workerReconciler({
      reconciler,
      calls,
      noticed: (key, found) => {
        if (found === 'noWorker') unserved.add(key);
        else if (unserved.size > 0) this.workerCame(reconciler.name);
      },
    });
    const controller = runtime.add(definition);
    this.live.set(reconciler.name, { type: reconciler.for, made: textOf(reconciler), controller, unserved });
  }

  private stop(name: string): void {
    const live = this.live.get(name);
    if (live === undefined) return;
    this.live.delete(name);
    this.leaving.add(name);
    void this.options.runtime.remove(live.controller).then(() => {
      this.leaving.delete(name);
      this.schedule();
    });
  }

  private sumUp(name: string, live: Live): void {
    live.summing ??= setTimeout(() => {
      delete live.summing;
      this.registrations.queue.add(keyText(keyOf(RECONCILERS, '', name)));
    }, SUM_UP_MS).unref();
  }

  private workerCame(name: string): void {
    const live = this.live.get(name);
    const keys = [...(live?.unserved ?? [])];
    live?.unserved.clear();
    for (const key of keys) live?.controller.queue.add(key);
  }
}

const textOf = (reconciler: AcceptedReconciler): string => JSON.stringify(reconciler);
