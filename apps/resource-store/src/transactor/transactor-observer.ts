/** What the transactor tells about its work, for metrics and logs. */
import type { Reply, Request } from '@holdfast/contracts';

export interface TransactorObserver {
  answered(verb: Request['verb'], reply: Reply): void;
  appended(
    outcome: 'accepted' | 'refused',
    append: { readonly seconds: number; readonly events: number; readonly bytes: number },
  ): void;
}
