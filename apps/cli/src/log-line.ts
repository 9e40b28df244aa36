/** Reads a service's log line, which is JSON, for people. */
export type Severity = 'debug' | 'info' | 'warn' | 'error';

export interface ReadableLine {
  readonly severity: Severity;
  readonly text: string;
}

const SEVERITIES: Readonly<Record<string, Severity>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  fatal: 'error',
};
/** Said by the prefix, or of no use to a reader. */
const LEFT_OUT = new Set(['time', 'level', 'service', 'msg', 'pid', 'hostname', 'err']);

/** What is not JSON was not written by a logger: a crash, hence an error. */
export const readLogLine = (line: string): ReadableLine => {
  const fields = parseObject(line);
  if (fields === undefined) return { severity: 'error', text: line };
  const details = Object.entries(fields)
    .filter(([name, value]) => !LEFT_OUT.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = typeof fields['msg'] === 'string' ? fields['msg'] : '';
  return {
    severity: SEVERITIES[String(fields['level'])] ?? 'info',
    text: [message, ...errorText(fields['err'], message), ...details].join(' '),
  };
};

const parseObject = (line: string): Readonly<Record<string, unknown>> | undefined => {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};

/** The error's message, unless the line says it already. */
const errorText = (error: unknown, message: string): string[] => {
  if (typeof error !== 'object' || error === null || !('message' in error)) return [];
  const text = String(error.message);
  return message.includes(text) ? [] : [`(${text})`];
};
