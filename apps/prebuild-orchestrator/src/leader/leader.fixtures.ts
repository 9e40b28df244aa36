import type { Fence } from '@holdfast/contracts';
import type { RunIdentity } from '@holdfast/reconcile';

import type { Work } from './orchestrator-part.js';

/** The run of a piece of work that nothing led to. */
export const runOf = (id: string, { controller, about }: Work, fence: Fence): RunIdentity => ({
  id,
  controller,
  key: about,
  reason: 'Change',
  cause: undefined,
  traceparent: '',
  attempt: 0,
  fence,
});
