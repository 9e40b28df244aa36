/**
 * What services read from the environment that a stack passes on to them. Each service parses its own again when it
 * starts; here they are looked at before anything is started, to tell of all that is wrong at once.
 */
type Form = readonly [isRight: (text: string) => boolean, expected: string];

const oneOf = (...values: readonly string[]): Form => [
  (text) => values.includes(text),
  `expected ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
];
const httpUrls: Form = [
  (text) => text.split(',').every((part) => URL.canParse(part.trim()) && /^https?:/.test(part.trim())),
  'expected a URL that begins with http:// or https://',
];
const duration: Form = [
  (text) => /^\d+[smhd]$/.test(text),
  'expected a number and a unit, such as 90s, 30m, 12h or 7d',
];
const bytes: Form = [(text) => Number.isSafeInteger(Number(text)) && Number(text) > 0, 'expected a number above 0'];

const FORMS: Readonly<Record<string, Form>> = {
  HOLDFAST_LOG_LEVEL: oneOf('debug', 'info', 'warn', 'error'),
  HOLDFAST_LOG_REPLICAS: oneOf('1', '3'),
  HOLDFAST_TRUST_SYNC: oneOf('true', 'false'),
  HOLDFAST_NATS_MONITOR_URL: httpUrls,
  HOLDFAST_INSTANCE: [(text) => /^[A-Za-z0-9._-]{1,63}$/.test(text), 'expected 1 to 63 of A-Z a-z 0-9 . _ -'],
  HOLDFAST_EVENTS_MAX_BYTES: bytes,
  HOLDFAST_EVENTS_MAX_AGE: duration,
  HOLDFAST_RUNS_MAX_BYTES: bytes,
  HOLDFAST_RUNS_MAX_AGE: duration,
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrls,
};
const SECRET = /_URL$/;

/** One line for each variable that a service would refuse; addresses may hold passwords and are not repeated. */
export const wrongServiceVariables = (env: NodeJS.ProcessEnv): string[] =>
  Object.entries(FORMS).flatMap(([name, [isRight, expected]]) => {
    const text = env[name];
    if (text === undefined || text === '' || isRight(text)) return [];
    return [`${SECRET.test(name) ? name : `${name}=${text}`}: ${expected}`];
  });
