import type { LogIdentity } from './commit-log.js';

/** Nobody answered, or with an error that passes: the question may be asked again. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
}

/** The server or the stream is not what the log needs; says all that is wrong. */
export class LogUnfitError extends Error {
  override readonly name = 'LogUnfitError';

  constructor(readonly problems: readonly string[]) {
    super(`the log cannot be trusted as it is:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** The waiting for an append was given up while its outcome was unknown. */
export class AppendUndecided extends Error {
  override readonly name = 'AppendUndecided';

  constructor(
    readonly id: string,
    readonly expectedSequence: number,
    problem: string,
  ) {
    super(`whether commit ${id} stands at sequence ${expectedSequence + 1} is unknown: ${problem}`);
  }
}

/** A commit is missing in the log. */
export class LogGapError extends Error {
  override readonly name = 'LogGapError';

  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super(`the log has a gap: expected sequence ${expected}, found ${found}`);
  }
}

/** The stream is not the one that was opened. */
export class LogReplacedError extends Error {
  override readonly name = 'LogReplacedError';

  constructor(
    readonly opened: LogIdentity,
    readonly found: string | undefined,
  ) {
    super(
      `stream ${opened.stream} of ${opened.created} is gone` +
        (found === undefined ? '' : `: the one found was created ${found}`),
    );
  }
}

/** A checkpoint does not belong to this log, or the log lost its tail. */
export class CheckpointMismatch extends Error {
  override readonly name = 'CheckpointMismatch';
}
