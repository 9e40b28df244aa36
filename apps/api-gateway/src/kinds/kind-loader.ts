import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@holdfast/nest-platform';

import type { KindFinder } from './kind-finder.js';
import type { KindRegistry } from './kind-registry.js';

const RETRY_MS = 100;

/** Loads the kinds of the log, however long the store takes to be there. */
export class KindLoader {
  private readonly stopping = new AbortController();

  constructor(
    private readonly finder: KindFinder,
    private readonly registry: KindRegistry,
    private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    while (!this.registry.loaded && !this.stopping.signal.aborted) {
      try {
        await this.finder.load();
        this.logger.info({ version: this.registry.version, kinds: this.registry.all().length }, 'kinds loaded');
      } catch (error) {
        this.logger.debug({ err: error }, 'the kinds cannot be loaded yet');
        await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  stop(): void {
    this.stopping.abort();
  }
}
