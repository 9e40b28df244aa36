/** How a replay of the log shows on a terminal, or as JSON lines. */
import type { VerifyProgress, RebuildProgress } from '@holdfast/read-models';

type ReplayProgress = RebuildProgress | VerifyProgress;

export interface ProgressOptions {
  readonly json: boolean;
  readonly write: (line: string) => void;
  readonly now: () => number;
}

const EVERY_MS = 1_000;

/** Writes each step once, and how far the replay is at most once a second. */
export const replayProgress = ({ json, write, now }: ProgressOptions): ((progress: ReplayProgress) => void) => {
  let lastWritten = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const isDetail = 'loaded' in progress && progress.loaded.sequence < progress.upTo;
    if (isDetail && now() - lastWritten < EVERY_MS) return;
    lastWritten = now();
    write(json ? JSON.stringify(asJson(progress)) : asText(progress));
  };
};

const asJson = (progress: ReplayProgress): object => {
  if (!('loaded' in progress)) return progress;
  const { step, loaded, upTo, seconds } = progress;
  const { eventsPerSecond, secondsLeft } = paceOf(progress);
  return { step, sequence: loaded.sequence, upTo, events: loaded.events, seconds, eventsPerSecond, secondsLeft };
};

const asText = (progress: ReplayProgress): string => {
  switch (progress.step) {
    case 'load':
    case 'replay':
      return loadText(progress);
    case 'index':
      return 'building indexes';
    case 'catch-up':
      return 'catching up with what was written meanwhile';
    case 'switch':
      return 'switching readers to the new rows';
    case 'drop':
      return 'dropping the old rows';
    case 'compare':
      return 'comparing hashes';
  }
};

const loadText = (progress: Extract<ReplayProgress, { loaded: unknown }>): string => {
  const { loaded, upTo } = progress;
  const { eventsPerSecond, secondsLeft } = paceOf(progress);
  return (
    `commit ${grouped(loaded.sequence)} of ${grouped(upTo)}: ${grouped(loaded.events)} events, ` +
    `${grouped(eventsPerSecond)}/s, ${secondsLeft} s left`
  );
};

const paceOf = ({
  loaded,
  upTo,
  seconds,
}: Extract<ReplayProgress, { loaded: unknown }>): { eventsPerSecond: number; secondsLeft: number } => ({
  eventsPerSecond: Math.round(loaded.events / Math.max(seconds, 0.001)),
  secondsLeft: Math.round((seconds / Math.max(loaded.sequence, 1)) * (upTo - loaded.sequence)),
});

export const grouped = (value: number): string => value.toLocaleString('en-US');
