/** Which runs are worth an Event: those that went wrong, and those after which the object says something else of itself. */
import type { RunReport } from './controller.js';
import type { EventObservation } from './event-correlator.js';
import { uidOf } from './object-cache.js';
import type { Outcome } from './outcome.js';
import { summaryOf } from './status.js';
import { isConflict } from './write-refused.js';

/** What people are told of a run; undefined when there is nothing to tell. */
export const observationOf = (report: RunReport): EventObservation | undefined => {
  const { controller, key, outcome, moved, object } = report;
  if (object === undefined) return undefined;
  // An Event about an Event would tell nobody anything, and could go on for ever.
  if (key.group === '' && key.resource === 'events') return undefined;
  const isProblem = outcome.kind === 'retry' || outcome.kind === 'stalled';
  if (isConflict(outcome) || !(isProblem || moved) || isPlain(outcome)) return undefined;
  const { reason, message } = summaryOf(outcome);
  return { controller, key, uid: uidOf(object), type: isProblem ? 'Warning' : 'Normal', reason, message };
};

/** All is well, and the reconciler has nothing to say about it: ten thousand objects would make as many Events. */
const isPlain = (outcome: Outcome): boolean =>
  (outcome.kind === 'done' || outcome.kind === 'after') && outcome.reason === undefined;
