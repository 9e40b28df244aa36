/**
 * Joins the chains of an explanation into stories: each begins with what somebody did, or with a run that nothing woke,
 * and goes on to what followed. What several chains share is told once.
 */
import type { Explanation, ToldChange, ToldRun, ToldWrite } from './explanation.js';

export type StoryNode = ChangeNode | RunNode;

interface ChangeNode {
  readonly kind: 'change';
  change: ToldWrite & Partial<ToldChange>;
  /** One of the changes of the object that was asked about. */
  isAsked: boolean;
  readonly followers: StoryNode[];
}

interface RunNode {
  readonly kind: 'run';
  run: ToldRun;
  readonly followers: StoryNode[];
}

/** Whether a run did, found or met anything. */
export const isEventful = ({ writes, attempt, outcome }: ToldRun): boolean =>
  writes.length > 0 || attempt > 0 || (outcome.kind !== 'done' && outcome.kind !== 'after');

/** The stories, in the order in which they began; of runs, those that were eventful. */
export const storiesOf = ({ changes, runs }: Explanation): readonly StoryNode[] => {
  const teller = new Teller();
  for (const change of changes) teller.change(change).isAsked = true;
  for (const { cause, ...run } of runs.filter(isEventful)) {
    const node = teller.run(run, cause);
    for (const write of run.writes) teller.write(write, node);
  }
  return teller.stories();
};

class Teller {
  private readonly changes = new Map<string, ChangeNode>();
  private readonly runs = new Map<string, RunNode>();
  private readonly roots: StoryNode[] = [];

  stories(): readonly StoryNode[] {
    for (const { followers } of [...this.changes.values(), ...this.runs.values()]) followers.sort(byTime);
    return this.roots.sort(byTime);
  }

  change(change: ToldChange): ChangeNode {
    const known = this.changes.get(change.resourceVersion);
    if (known !== undefined) {
      // It was met before, as a write of a run: now more is known of it.
      known.change = { ...known.change, ...change };
      return known;
    }
    const node = this.newChange(change);
    if (change.run !== undefined) this.run(change.run, change.cause).followers.push(node);
    else if (change.cause !== undefined) this.change(change.cause).followers.push(node);
    else this.roots.push(node);
    return node;
  }

  run(run: ToldRun, cause: ToldChange | undefined): RunNode {
    const known = this.runs.get(run.id);
    if (known !== undefined) return known;
    const node: RunNode = { kind: 'run', run, followers: [] };
    this.runs.set(run.id, node);
    if (cause === undefined) this.roots.push(node);
    else this.change(cause).followers.push(node);
    return node;
  }

  write(write: ToldWrite, by: RunNode): void {
    if (!this.changes.has(write.resourceVersion)) by.followers.push(this.newChange(write));
  }

  private newChange(change: ChangeNode['change']): ChangeNode {
    const node: ChangeNode = { kind: 'change', change, isAsked: false, followers: [] };
    this.changes.set(change.resourceVersion, node);
    return node;
  }
}

/** Versions tell the order of changes; a run comes behind what it began after. */
const byTime = (a: StoryNode, b: StoryNode): number => {
  if (a.kind === 'change' && b.kind === 'change') {
    return Number(a.change.resourceVersion) - Number(b.change.resourceVersion);
  }
  return timeOf(a).localeCompare(timeOf(b));
};

const timeOf = (node: StoryNode): string => (node.kind === 'change' ? (node.change.time ?? '') : node.run.startedAt);

/** Whether a change of the object that was asked about follows, however far down. */
export const leadsToAsked = (node: StoryNode): boolean =>
  (node.kind === 'change' && node.isAsked) || node.followers.some(leadsToAsked);
