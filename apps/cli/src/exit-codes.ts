/** What `holdfast` ends with. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** EX_CONFIG of sysexits.h. */
  configuration: 78,
} as const;

export const EXIT_CODES_HELP = `
Exit codes: ${ExitCode.ok} it worked, ${ExitCode.failed} it failed, ${ExitCode.usage} wrong usage, ${ExitCode.configuration} the configuration is not right.`;
