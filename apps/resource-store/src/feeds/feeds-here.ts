/** The feeds as the transactor's process sees them: a thread to start and stop, and how far they are. */
import type { Commit } from '@holdfast/contracts';

import type { Duty } from '../lead/term.js';
import { ServiceThread } from '../threads/service-thread.js';
import { workerFile } from '../threads/worker-file.js';
import { EventCounts } from './event-counts.js';
import type { Feed, FeedsConfig, FeedsMessage } from './feeds.js';

export interface FeedsOptions {
  readonly config: () => FeedsConfig;
  /** How many events the log holds. */
  readonly events: () => number;
  /** It goes on by itself. */
  readonly interrupted: (feed: Feed, problem: string) => void;
  /** Subscribers have no account, or no copy in it; told once. */
  readonly unmirrored: (problem: string) => void;
  /** Somebody has to look at it. */
  readonly stuck: (feed: Feed, problem: string) => void;
}

/** One for the process: what is counted outlives the terms in which the feeds run here. */
export class FeedsHere {
  private readonly counts = new EventCounts();
  private publishedEvents: number | undefined;
  private projectedSequence: number | undefined;
  private projectorProblem: string | undefined;
  private mirrorProblem: string | undefined;

  constructor(private readonly options: FeedsOptions) {}

  /** A commit was taken into the state. */
  applied(commit: Commit): void {
    this.counts.add(commit, this.options.events());
  }

  start(): Duty {
    return new ServiceThread<FeedsMessage>({
      file: workerFile('./feeds-worker.js', import.meta.url),
      data: this.options.config,
      received: (message) => this.receive(message),
      died: (error) => this.options.interrupted('publisher', error instanceof Error ? error.message : String(error)),
    });
  }

  /** Throws while the projector cannot go on by itself. */
  checkProjector(): void {
    if (this.projectorProblem !== undefined) throw new Error(this.projectorProblem);
  }

  get publisherLagEvents(): number {
    return this.publishedEvents === undefined ? 0 : Math.max(0, this.options.events() - this.publishedEvents);
  }

  get projectionLagEvents(): number {
    if (this.projectedSequence === undefined) return 0;
    return Math.max(0, this.options.events() - this.counts.at(this.projectedSequence));
  }

  projectionLagSeconds(now: number): number {
    if (this.projectedSequence === undefined) return 0;
    const since = this.counts.timeAfter(this.projectedSequence);
    return since === undefined ? 0 : Math.max(0, now - since) / 1000;
  }

  private receive(message: FeedsMessage): void {
    switch (message.kind) {
      case 'published':
        this.publishedEvents = message.events;
        return;
      case 'projected':
        this.projectedSequence = message.sequence;
        this.projectorProblem = undefined;
        return;
      case 'interrupted':
        this.options.interrupted(message.feed, message.problem);
        return;
      case 'unmirrored':
        if (this.mirrorProblem !== message.problem) this.options.unmirrored(message.problem);
        this.mirrorProblem = message.problem;
        return;
      case 'stuck':
        if (this.projectorProblem !== message.problem) this.options.stuck(message.feed, message.problem);
        this.projectorProblem = message.problem;
    }
  }
}
