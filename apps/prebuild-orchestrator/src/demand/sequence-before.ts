import type { CommitLog } from '@holdfast/log';

/** The last sequence of the log whose commit was made before that time, by the log's own clock; 0 where there is none. */
export const sequenceBefore = async (
  log: Pick<CommitLog, 'read'>,
  end: number,
  milliseconds: number,
): Promise<number> => {
  // Everything up to `low` is before it or not there any more, everything after `high` is not before it.
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const commit = await log.read(middle);
    if (commit === undefined || commit.timestamp < milliseconds) low = middle;
    else high = middle - 1;
  }
  return low;
};
