import { jsonEquals, objectAt } from '@holdfast/kernel';
import type { Cause, JsonObject } from '@holdfast/kernel';
import type { KindDefinition } from '../kind.js';
import { dns1123Subdomain } from '../names/grammar.js';
import { forbidden, invalidValue } from '../refusal/causes.js';
import { coreKind } from './core-kind.js';
import { flag, map, object } from './schemas.js';
import type { KindStrategy } from './strategy.js';

const MAX_KEY_LENGTH = 253;
const KEY = /^[-._a-zA-Z0-9]+$/;

export const configMapKind: KindDefinition = coreKind({
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  scope: 'Namespaced',
  schema: object('Configuration that programs read: texts and bytes by key.', {
    data: map('Texts by key.', { type: 'string' }),
    binaryData: map('Bytes by key, in Base64; no key stands in data too.', { type: 'string', format: 'byte' }),
    immutable: flag('Once true, neither the data nor this flag can change.'),
  }),
});

const check = (configMap: JsonObject): readonly Cause[] => {
  const data = objectAt(configMap, 'data');
  const keys = [...Object.keys(data), ...Object.keys(objectAt(configMap, 'binaryData'))];
  return [
    ...Object.keys(data).flatMap((key) => checkKey('data', key)),
    ...Object.keys(objectAt(configMap, 'binaryData')).flatMap((key) => checkKey('binaryData', key)),
    ...keys
      .filter((key, i) => keys.indexOf(key) !== i)
      .map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
  ];
};

const checkKey = (member: string, key: string): readonly Cause[] => {
  const field = `${member}[${key}]`;
  if (key.length > MAX_KEY_LENGTH)
    return [invalidValue(field, key, `must be no more than ${MAX_KEY_LENGTH} characters`)];
  if (key === '.' || key.startsWith('..')) return [invalidValue(field, key, `may not be '.' or start with '..'`)];
  if (KEY.test(key)) return [];
  return [
    invalidValue(
      field,
      key,
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ),
  ];
};

const IMMUTABLE = 'field is immutable when `immutable` is set';

const checkChange = (configMap: JsonObject, before: JsonObject): readonly Cause[] => {
  if (before['immutable'] !== true) return [];
  return ['immutable', 'data', 'binaryData']
    .filter((member) => !jsonEquals(configMap[member], before[member]))
    .map((member) => forbidden(member, IMMUTABLE));
};

export const configMapStrategy: KindStrategy = {
  nameRule: dns1123Subdomain,
  unconditionalUpdate: true,
  check,
  checkChange,
};
