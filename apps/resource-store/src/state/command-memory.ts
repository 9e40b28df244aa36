/**
 * Which commands the log already holds, so that one that is sent again happens once.
 *
 * A command that arrives after its deadline is never decided, so an id has to be known only until then. Ids are
 * kept in slices of time that are dropped whole: forgetting costs nothing, however many there are.
 */
export const MAX_DEADLINE_MS = 60_000;
const MARGIN_MS = 60_000;
const SLICE_MS = 10_000;

/** Log versions by command id. */
export class CommandMemory {
  /** Newest slice first. */
  private slices: { readonly begins: number; readonly versions: Map<string, number> }[] = [];

  /** `version` is that of the command's first event, `at` the commit's time. */
  remember(id: string, version: number, at: number): void {
    const newest = this.slices[0];
    if (newest !== undefined && at < newest.begins + SLICE_MS) {
      newest.versions.set(id, version);
      return;
    }
    this.slices.unshift({ begins: at, versions: new Map([[id, version]]) });
    this.slices = this.slices.filter(({ begins }) => begins + SLICE_MS + MAX_DEADLINE_MS + MARGIN_MS > at);
  }

  /** The version of the command's first event. */
  find(id: string): number | undefined {
    for (const { versions } of this.slices) {
      const version = versions.get(id);
      if (version !== undefined) return version;
    }
    return undefined;
  }

  /** Everything remembered, oldest first, as `remember` takes it. */
  *all(): IterableIterator<{ readonly id: string; readonly version: number; readonly at: number }> {
    for (const { begins, versions } of [...this.slices].reverse()) {
      for (const [id, version] of versions) yield { id, version, at: begins };
    }
  }
}
