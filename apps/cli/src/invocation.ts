/** What a subcommand is given to answer with. */
export interface Invocation {
  /** A line on standard output: the result. */
  readonly out: (line: string) => void;
  /** A line on standard error: what went wrong, and progress where the output is for programs. */
  readonly err: (line: string) => void;
  /** Aborts when somebody wants us to end. */
  readonly toldToEnd: () => AbortSignal;
  /** What the process will end with. */
  readonly finish: (exitCode: number) => void;
}
