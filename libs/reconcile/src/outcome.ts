/** How a run of a reconciler ended; the controller alone turns it into what happens next. */
export type Outcome =
  /** The world is as declared; the next change wakes the key. */
  | { readonly kind: 'done' }
  /** As declared for now; look again after `ms`, unless a change comes first. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Something else has to happen first; its change wakes the key, or `ms` have passed. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly ms?: number }
  /** Only a changed declaration can help: no retry. */
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  /** Went wrong, may go well: again after the key's back-off. */
  | { readonly kind: 'retry'; readonly error: Error };

export const done: Outcome = { kind: 'done' };
export const after = (ms: number): Outcome => ({ kind: 'after', ms });
export const waiting = (reason: string, message: string, ms?: number): Outcome =>
  ms === undefined ? { kind: 'waiting', reason, message } : { kind: 'waiting', reason, message, ms };
export const stalled = (reason: string, message: string): Outcome => ({ kind: 'stalled', reason, message });
export const retry = (error: Error): Outcome => ({ kind: 'retry', error });
