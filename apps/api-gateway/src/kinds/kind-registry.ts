import type { Commit, LogEvent } from '@holdfast/contracts';
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject } from '@holdfast/kernel';
import type { KindDefinition } from '@holdfast/resource';

const CRD_GROUP = 'apiextensions.k8s.io';
const CRD_RESOURCE = 'customresourcedefinitions';

export interface KindRegistryOptions {
  readonly builtIn: readonly KindDefinition[];
  /** Reads a CustomResourceDefinition; its version becomes the kind's revision. Undefined until it is established. */
  readonly readKind: (crd: JsonObject, revision: number) => KindDefinition | undefined;
}

/**
 * The kinds as of a version of the log: the built-in ones, and one for every CustomResourceDefinition.
 * It is loaded once and then kept by applying commits in order; what it already knows is skipped.
 */
export class KindRegistry {
  private readonly builtIn: ReadonlyMap<string, KindDefinition>;
  private kinds: Map<string, KindDefinition>;
  private seen = 0;
  private changes = 0;
  /** What came before the first load was answered: its answer may be older than these. */
  private early: Commit[] = [];
  private waiters: { readonly version: number; readonly resolve: () => void }[] = [];

  constructor(private readonly options: KindRegistryOptions) {
    this.builtIn = new Map(options.builtIn.map((kind) => [nameOf(kind.group, kind.plural), kind]));
    this.kinds = new Map(this.builtIn);
  }

  /** False until the kinds of the log are known; the built-in ones always are. */
  get loaded(): boolean {
    return this.seen > 0;
  }

  /** Every change of a kind up to this version of the log is known. */
  get version(): number {
    return this.seen;
  }

  /** Grows with every change: what was made of the kinds is good as long as it stands still. */
  get generation(): number {
    return this.changes;
  }

  find(group: string, resource: string): KindDefinition | undefined {
    return this.kinds.get(nameOf(group, resource));
  }

  all(): readonly KindDefinition[] {
    return [...this.kinds.values()];
  }

  /** Replaces all that was known by the definitions as of `version`; older answers are ignored. */
  load(crds: readonly JsonObject[], version: number): void {
    if (version < this.seen) return;
    this.kinds = new Map(this.builtIn);
    for (const crd of crds) this.put(crd, Number(stringAt(objectAt(crd, 'metadata'), 'resourceVersion') ?? version));
    this.moveTo(version);
    const early = this.early;
    this.early = [];
    for (const commit of early) this.apply(commit);
  }

  /** Takes the next commit of the log. */
  apply(commit: Commit): void {
    if (!this.loaded) {
      // Without definitions only the newest of them matters, for its boundary.
      if (this.early.at(-1)?.events.some(isDefinition) === false) this.early.pop();
      this.early.push(commit);
      return;
    }
    if (commit.boundary <= this.seen) return;
    for (const event of commit.events) {
      if (!isDefinition(event) || event.version <= this.seen) continue;
      const { record, object, version } = event;
      if (record.type === 'deleted') this.remove(record.name);
      else this.put(JSON.parse(object.toString('utf8')) as JsonObject, version);
    }
    this.moveTo(commit.boundary);
  }

  /** Resolves with true once every change up to `version` is known, with false when that takes longer than `limitMs`. */
  async reaches(version: number, limitMs: number): Promise<boolean> {
    if (this.seen >= version) return true;
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
    const reached = new Promise<void>((resolve) => this.waiters.push({ version, resolve }));
    await Promise.race([reached, timeUp]);
    clearTimeout(timer);
    return this.seen >= version;
  }

  private put(crd: JsonObject, revision: number): void {
    const kind = this.options.readKind(crd, revision);
    if (kind === undefined) return;
    this.kinds.set(nameOf(kind.group, kind.plural), kind);
    this.changes += 1;
  }

  private remove(definition: string): void {
    const { group, plural } = definitionName(definition);
    this.kinds.delete(nameOf(group, plural));
    this.changes += 1;
  }

  private moveTo(version: number): void {
    this.seen = version;
    if (this.waiters.length === 0) return;
    for (const waiter of this.waiters) if (waiter.version <= version) waiter.resolve();
    this.waiters = this.waiters.filter((waiter) => waiter.version > version);
  }
}

const nameOf = (group: string, resource: string): string => `${group}/${resource}`;

/** Whether the event speaks of a CustomResourceDefinition. */
export const isDefinition = ({ record }: LogEvent): boolean =>
  record.resource === CRD_RESOURCE && record.group === CRD_GROUP;

/** A definition is named `<plural>.<group>`. */
export const definitionName = (name: string): { readonly group: string; readonly plural: string } => {
  const dot = name.indexOf('.');
  return { group: name.slice(dot + 1), plural: name.slice(0, dot) };
};
