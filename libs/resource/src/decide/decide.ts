import { assertNever } from '@holdfast/kernel';
import { decideCreate } from './create.js';
import type { Decision, DecisionContext, ResourceState } from './decision.js';
import { decideDelete } from './delete.js';
import { refuseStaleFence } from './fence.js';
import { refused } from './outcome.js';
import { decidePatch } from './patch.js';
import type { PreparedWrite } from './prepared-write.js';
import { decideRollback } from './rollback.js';
import { decideUpdate } from './update.js';

/** What one write does to the newest state; the same arguments always give the same answer. */
export const decide = (state: ResourceState, write: PreparedWrite, context: DecisionContext): Decision => {
  const stale = refuseStaleFence(state, context.fence);
  return stale === undefined ? decideWrite(state, write, context) : refused(stale);
};

/** The same, for a writer whose fence was looked at before. */
export const decideWrite = (state: ResourceState, write: PreparedWrite, context: DecisionContext): Decision => {
  switch (write.verb) {
    case 'create':
      return decideCreate(state, write, context);
    case 'update':
      return decideUpdate(state, write, context);
    case 'patch':
      return decidePatch(state, write, context);
    case 'delete':
      return decideDelete(state, write, context);
    case 'rollback':
      return decideRollback(state, write, context);
    default:
      return assertNever(write);
  }
};
