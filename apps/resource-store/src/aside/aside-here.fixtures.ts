/** What is aside, in the test's own thread; outcomes wait until the test lets them come. */
import { AsideJob } from './aside-job.js';
import type { AsideCommand } from './aside-job.js';
import type { AsideOutcome } from './aside-thread.js';
import type { KnownKinds } from './recorded-state.js';
import { tellFacts } from './tell-facts.js';
import type { NewestState, ToldKinds } from './tell-facts.js';

export class AsideHere {
  private readonly told: ToldKinds = new Map();
  private readonly known: KnownKinds = new Map();
  private waiting: (() => void)[] = [];
  /** How often something was decided here. */
  decisions = 0;

  decide(command: AsideCommand, state: NewestState, done: (outcome: AsideOutcome) => void): void {
    let uids = 0;
    const ids = { uid: () => `aside-${++uids}`, suffix: () => 'abcde' };
    const job = new AsideJob(structuredClone(command), this.known, { ids });
    let step = job.begin();
    while (step.kind === 'needs') step = job.learn(structuredClone(tellFacts(state, step.needs, this.told)));
    this.decisions += 1;
    const outcome = step;
    this.waiting.push(() => done(outcome));
  }

  /** What was decided last comes back. */
  releaseLast(): void {
    this.waiting.pop()?.();
  }

  /** What was decided comes back. */
  release(): void {
    for (const give of this.waiting.splice(0)) give();
  }
}
