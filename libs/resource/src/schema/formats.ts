/** The string and number formats that Kubernetes checks; others say something to people only. */
import { dns1123Label, dns1123Subdomain } from '../names/grammar.js';

/** No value of a checked format is longer, but for those without a grammar of their own. */
const MAX_CHECKED = 2048;

type Check = (text: string) => boolean;

const matching =
  (pattern: RegExp): Check =>
  (text) =>
    text.length <= MAX_CHECKED && pattern.test(text);

const date = matching(/^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/);
const dateTime = matching(
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/,
);

const isDate: Check = (text) => date(text) && dayExists(text);
const isDateTime: Check = (text) => dateTime(text) && dayExists(text);

/** `text` begins with a date of the right shape. */
const dayExists = (text: string): boolean => {
  const day = Number(text.slice(8, 10));
  return day <= 28 || day <= new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
};

/** Go's durations (`1h30m`), and the spelled ones that strfmt knows (`2 days`). */
const isDuration: Check = (text) => goDuration(text) || spelledDuration(text);
const goDuration = matching(/^[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$/);
const spelledDuration = matching(
  /^(?:[0-9]+\s*(?:ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?))$/,
);

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const isIpv4 = matching(new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`));

const isIpv6: Check = (text) => {
  if (text.length > 45 || !text.includes(':')) return false;
  const dotted = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : undefined;
  if (dotted !== undefined && !isIpv4(dotted)) return false;
  const groups = dotted === undefined ? text : `${text.slice(0, -dotted.length)}0:0`;
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
  return halves.length === 2 ? parts.length < 8 : parts.length === 8;
};

const isCidr: Check = (text) => {
  const [address = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return false;
  if (isIpv4(address)) return Number(length) <= 32;
  return isIpv6(address) && Number(length) <= 128;
};

const isHostname: Check = (text) =>
  text.length <= 253 &&
  text.split('.').every((label) => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));

const isEmail: Check = (text) => {
  const at = text.lastIndexOf('@');
  if (at < 1 || at > 64 || text.length > 320) return false;
  return /^[^\s@"(),:;<>[\\\]]+$/.test(text.slice(0, at)) && isHostname(text.slice(at + 1));
};

/** As Go's url.ParseRequestURI: an absolute URI, or an absolute path. */
const isUri = matching(/^(?:[A-Za-z][A-Za-z0-9+.-]*:[^\s\u0000-\u001f\u007f]+|\/[^\s\u0000-\u001f\u007f]*)$/);

const isBase64: Check = (text) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const uuid = (version: string, variant = '[0-9a-f]'): Check =>
  matching(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));

/** Formats of strings. */
export const stringFormats: Readonly<Record<string, Check>> = {
  byte: isBase64,
  date: isDate,
  'date-time': isDateTime,
  datetime: isDateTime,
  duration: isDuration,
  ipv4: isIpv4,
  ipv6: isIpv6,
  cidr: isCidr,
  mac: matching(/^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i),
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  email: isEmail,
  hostname: isHostname,
  uri: isUri,
  hexcolor: matching(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  bsonobjectid: matching(/^[0-9a-f]{24}$/i),
  'k8s-short-name': (text) => dns1123Label(text).length === 0,
  'k8s-long-name': (text) => dns1123Subdomain(text).length === 0,
};

/** Formats of numbers. An int64 is never beyond what a body may carry; float and double hold every number. */
export const numberFormats: Readonly<Record<string, (value: number) => boolean>> = {
  int32: (value) => Number.isInteger(value) && value >= -2147483648 && value <= 2147483647,
  int64: Number.isSafeInteger,
};
