/** Writes that the life cycle of every kind needs. */
import { stringAt } from '@holdfast/kernel';
import { done, finalizersOf, isDeleting, retry, uidOf } from '@holdfast/reconcile';
import type { ObjectState, Outcome, Run, WriteResult } from '@holdfast/reconcile';

/** `v1` of `inventory.holdfast.dev/v1`. */
export const apiVersionOf = (state: ObjectState): string =>
  (stringAt(state.object, 'apiVersion') ?? '').split('/').at(-1) ?? '';

/** Done, or again: what is gone already, or was replaced by another, is done. */
export const wentThrough = (result: WriteResult): Outcome => {
  if (result.ok || result.refusal.reason === 'NotFound' || result.refusal.reason === 'Conflict') return done;
  return retry(new Error(result.refusal.message));
};

/** Writes that are on their way at once: they share commits of the log. */
const TOGETHER = 64;

/** Asks for the deletion of each that is not being deleted yet; the first failure ends it. */
export const deleteAll = async (run: Run, states: readonly ObjectState[]): Promise<Outcome> => {
  const there = states.filter((state) => !isDeleting(state));
  for (let i = 0; i < there.length; i += TOGETHER) {
    const some = there.slice(i, i + TOGETHER);
    const results = await Promise.all(
      some.map((state) => run.write.delete(state.key, apiVersionOf(state), uidOf(state))),
    );
    const failed = results.map(wentThrough).find(({ kind }) => kind === 'retry');
    if (failed !== undefined) return failed;
  }
  return done;
};

/** Takes one finalizer off, if nothing else changed the object meanwhile. */
export const removeFinalizer = async (run: Run, state: ObjectState, finalizer: string): Promise<Outcome> => {
  const finalizers = finalizersOf(state).filter((one) => one !== finalizer);
  const patch = { metadata: { resourceVersion: String(state.version), finalizers } };
  return wentThrough(await run.write.patch(state.key, apiVersionOf(state), patch));
};
