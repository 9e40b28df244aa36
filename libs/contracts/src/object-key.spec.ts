import { describe, expect, it } from '@jest/globals';

import { keyText, parseKeyText } from './object-key.js';

describe('the key of an object', () => {
  it.each([
    [
      { group: 'inventory.holdfast.dev', resource: 'racks', namespace: 'default', name: 'rack-01' },
      'inventory.holdfast.dev/racks/default/rack-01',
    ],
    [{ group: '', resource: 'namespaces', namespace: '', name: 'default' }, '/namespaces//default'],
  ])('%j is %s, and reads back', (key, text) => {
    expect(keyText(key)).toBe(text);
    expect(parseKeyText(text)).toEqual(key);
  });
});
