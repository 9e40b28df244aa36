/** Who may tell us to end: Ctrl-C, a closed terminal, a service manager, or the program that started us by going away. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class ToldToEnd extends Error {
  override readonly name = 'ToldToEnd';
}

/** Aborts at the first signal; repeats are ignored, since a terminal sends Ctrl-C to our parents too, who pass it on. */
export const toldToEnd = (): AbortSignal => {
  const controller = new AbortController();
  const end = (why: string): void => controller.abort(new ToldToEnd(`told to end: ${why}`));
  for (const signal of SIGNALS) process.on(signal, () => end(signal));
  if (process.connected) {
    process.on('disconnect', () => end('the starting program has gone'));
    process.channel?.unref();
  }
  return controller.signal;
};

export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
