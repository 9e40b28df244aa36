/**
 * Bodies of typed clients: `k8s\0`, then an envelope that names the kind and holds the object's message.
 * Answers are never protocol buffers, so there is no encoder.
 */
import { objectAt, stringAt } from '@holdfast/kernel';
import type { JsonObject, JsonValue } from '@holdfast/kernel';

import { messageOf } from './messages.js';
import type { Field, FieldType, Message } from './messages.js';
import { ProtobufError, readFields } from './wire-reader.js';
import type { WireValue } from './wire-reader.js';

const MAGIC = Buffer.from('k8s\0', 'latin1');

const ENVELOPE: Message = {
  1: { name: 'typeMeta', type: { 1: { name: 'apiVersion', type: 'string' }, 2: { name: 'kind', type: 'string' } } },
  2: { name: 'raw', type: 'bytes' },
  3: { name: 'contentEncoding', type: 'string' },
  4: { name: 'contentType', type: 'string' },
};

/** The object in such a body, as its JSON form would have it. Throws ProtobufError for what cannot be read. */
export const decodeProtobuf = (body: Buffer): JsonObject => {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw new ProtobufError('the body does not begin with "k8s\\0"');
  const envelope = decodeMessage(body.subarray(MAGIC.length), ENVELOPE);
  const apiVersion = stringAt(objectAt(envelope, 'typeMeta'), 'apiVersion') ?? '';
  const kind = stringAt(objectAt(envelope, 'typeMeta'), 'kind') ?? '';
  if (envelope['contentEncoding'] !== undefined) {
    throw new ProtobufError(`content encoding ${JSON.stringify(envelope['contentEncoding'])} is not known`);
  }
  const message = messageOf(apiVersion, kind);
  if (message === undefined) {
    throw new ProtobufError(`no message is known for kind "${kind}" of version "${apiVersion}": send it as JSON`);
  }
  const raw = Buffer.from(stringAt(envelope, 'raw') ?? '', 'base64');
  return { apiVersion, kind, ...decodeMessage(raw, message) };
};

const decodeMessage = (bytes: Buffer, message: Message): JsonObject => {
  const object: Members = {};
  for (const { number, value } of readFields(bytes)) {
    const field = message[number];
    if (field !== undefined) put(object, field, value);
  }
  return object;
};

type Members = Record<string, JsonValue>;

const put = (object: Members, field: Field, value: WireValue): void => {
  switch (field.many) {
    case 'map':
      putEntry((object[field.name] ??= {}) as Members, asBytes(value), field.type);
      return;
    case 'list':
      ((object[field.name] ??= []) as JsonValue[]).push(decodeValue(value, field.type));
      return;
    case undefined: {
      const decoded = decodeValue(value, field.type);
      if (field.optional || !isZero(decoded)) object[field.name] = decoded;
    }
  }
};

const putEntry = (map: Members, bytes: Buffer, type: FieldType): void => {
  const entry = decodeMessage(bytes, {
    1: { name: 'key', type: 'string', optional: true },
    2: { name: 'value', type, optional: true },
  });
  // Defined, not assigned: `__proto__` is a key like any other until the object is checked.
  const value = entry['value'] ?? '';
  Object.defineProperty(map, stringAt(entry, 'key') ?? '', {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};

const decodeValue = (value: WireValue, type: FieldType): JsonValue => {
  if (typeof type !== 'string') return decodeMessage(asBytes(value), type);
  switch (type) {
    case 'string':
      return asText(asBytes(value));
    case 'bytes':
      return asBytes(value).toString('base64');
    case 'bool':
      return asInteger(value) !== 0n;
    case 'int32':
    case 'int64':
      return asNumber(BigInt.asIntN(64, asInteger(value)));
    case 'time':
      return asTime(asBytes(value), 0);
    case 'microTime':
      return asTime(asBytes(value), 6);
    case 'rawJson':
      return asJson(asBytes(value));
  }
};

const isZero = (value: JsonValue): boolean =>
  value === '' || value === 0 || value === false || value === null || isEmptyObject(value);

const isEmptyObject = (value: JsonValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const asBytes = (value: WireValue): Buffer => {
  if (typeof value === 'bigint') throw new ProtobufError('a number where bytes were expected');
  return value;
};

const asInteger = (value: WireValue): bigint => {
  if (typeof value !== 'bigint') throw new ProtobufError('bytes where a number was expected');
  return value;
};

const asNumber = (value: bigint): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new ProtobufError(`${value} is beyond ±(2^53−1)`);
  return number;
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const asText = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProtobufError('a string that is not UTF-8');
  }
};

/** A zero time is sent as an empty message. */
const asTime = (bytes: Buffer, decimals: 0 | 6): JsonValue => {
  if (bytes.length === 0) return null;
  let seconds = 0;
  let nanos = 0;
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) seconds = asNumber(BigInt.asIntN(64, asInteger(value)));
    if (number === 2) nanos = asNumber(BigInt.asIntN(64, asInteger(value)));
  }
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new ProtobufError(`${seconds} seconds since 1970 is no time`);
  const whole = date.toISOString().slice(0, -'.000Z'.length);
  const fraction = decimals === 0 ? '' : `.${String(Math.floor(nanos / 1000)).padStart(6, '0')}`;
  return `${whole}${fraction}Z`;
};

const asJson = (bytes: Buffer): JsonValue => {
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) return parseJson(asText(asBytes(value)));
  }
  return null;
};

const parseJson = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new ProtobufError('fieldsV1 is not JSON');
  }
};
