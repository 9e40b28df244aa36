/** Writes that the life cycle of every kind needs. */
import { stringAt } from '@holdfast/kernel';
import { done, finalizersOf, retry } from '@holdfast/reconcile';
import type { ObjectState, Outcome, Run, WriteResult } from '@holdfast/reconcile';

/** `v1` of `inventory.holdfast.dev/v1`. */
export const apiVersionOf = (state: ObjectState): string =>
  (stringAt(state.object, 'apiVersion') ?? '').split('/').at(-1) ?? '';

/** Done, or again: what is gone already, or was replaced by another, is done. */
export const wentThrough = (result: WriteResult): Outcome => {
  if (result.ok || result.refusal.reason === 'NotFound' || result.refusal.reason === 'Conflict') return done;
  return retry(new Error(result.refusal.message));
};

/** Takes one finalizer off, if nothing else changed the object meanwhile. */
export const removeFinalizer = async (run: Run, state: ObjectState, finalizer: string): Promise<Outcome> => {
  const finalizers = finalizersOf(state).filter((one) => one !== finalizer);
  const patch = { metadata: { resourceVersion: String(state.version), finalizers } };
  return wentThrough(await run.write.patch(state.key, apiVersionOf(state), patch));
};
