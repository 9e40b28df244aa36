import { keyText } from '@holdfast/contracts';
import type { Target } from '@holdfast/contracts';
import { qualifiedResource } from '@holdfast/kernel';
import type { Refusal } from '@holdfast/kernel';
import type { CommitLog } from '@holdfast/log';

import type { Decider } from './decider.js';

/** Gives a rollback the past state that it goes back to: what is decided must not wait for the log. */
export const readingPast = (log: Pick<CommitLog, 'readEvent'>, decider: Decider): Decider => ({
  decide: (task) => {
    const { request } = task;
    if (request.verb !== 'rollback') {
      decider.decide(task);
      return;
    }
    const { target, toVersion } = request;
    log.readEvent(toVersion).then(
      (found) => {
        if (!task.isWanted()) return;
        if (found !== undefined && keyText(found.event.record) === keyText(target)) {
          decider.decide({ ...task, body: found.event.object });
        } else {
          task.decided({ kind: 'refused', refusal: notAVersion(target, toVersion) });
        }
      },
      // Without the log nothing can be decided; the command waits for it until its deadline.
      () => undefined,
    );
  },
});

const notAVersion = ({ group, resource, name }: Target, version: number): Refusal => {
  const message = `${version} is not a version of ${qualifiedResource(group, resource)} ${JSON.stringify(name)}`;
  return {
    reason: 'Invalid',
    message,
    details: {
      name,
      kind: resource,
      ...(group === '' ? {} : { group }),
      causes: [{ reason: 'FieldValueInvalid', message, field: 'toResourceVersion' }],
    },
  };
};
