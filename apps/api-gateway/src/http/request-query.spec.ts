import { describe, expect, it } from '@jest/globals';
import { RefusalError } from '@holdfast/kernel';

import { asksToWatch, parseQuery } from './request-query.js';
import type { RequestVerb } from './resolved-request.js';

describe('a query', () => {
  it('is read with what it says, and with defaults for what it does not', () => {
    const url = '/x?labelSelector=app%3Da%2Cb+in+(c)&limit=500&resourceVersion=0&dryRun=All&includeObject=Object';

    expect(parseQuery(url, 'list')).toMatchObject({
      labelSelector: 'app=a,b in (c)',
      fieldSelector: '',
      limit: 500,
      resourceVersion: 0,
      dryRun: true,
      includeObject: 'Object',
      allowWatchBookmarks: false,
    });
  });

  it('takes the first of two values', () => {
    expect(parseQuery('/x?limit=1&limit=2', 'list').limit).toBe(1);
  });

  it('does not mind empty values and unknown parameters', () => {
    const { limit, resourceVersion, at } = parseQuery('/x?limit=&resourceVersion=&at=&pretty=true&exact&&=', 'list');
    expect({ limit, resourceVersion, at }).toEqual({ limit: undefined, resourceVersion: undefined, at: undefined });
  });

  it('reads a moment with an offset, escaped or not', () => {
    expect(parseQuery('/x?at=2026-01-31T10:00:00%2B01:00', 'list').at?.toISOString()).toBe('2026-01-31T09:00:00.000Z');
    expect(parseQuery('/x?at=2026-01-31T10:00:00+01:00', 'list').at?.toISOString()).toBe('2026-01-31T09:00:00.000Z');
  });

  it.each(['true', '1', 'True', ''])('watches when watch=%s', (value) => {
    expect(asksToWatch(`/x?watch=${value}`)).toBe(true);
  });

  it.each(['/x', '/x?watch=false', '/x?watch=0', '/x?watchful=1'])('%s is no watch', (url) => {
    expect(asksToWatch(url)).toBe(false);
  });
});

describe('a bad query is refused, and the parameter named', () => {
  it.each<[RequestVerb, string, string, RegExp]>([
    ['list', 'limit=many', 'BadRequest', /limit: "many"/],
    ['list', 'limit=-1', 'BadRequest', /limit: "-1"/],
    ['list', 'limit=99999999999999999999', 'BadRequest', /limit/],
    ['list', 'resourceVersion=abc', 'BadRequest', /resourceVersion: "abc"/],
    ['get', 'resourceVersion=007', 'BadRequest', /resourceVersion: "007"/],
    ['list', 'at=yesterday', 'BadRequest', /at: "yesterday"/],
    ['list', 'at=2026-13-01T00:00:00Z', 'BadRequest', /at:/],
    ['list', 'labelSelector=%zz', 'BadRequest', /bad URL escape/],
    ['list', 'resourceVersion=5&at=2026-01-31T10:00:00Z', 'Invalid', /at is forbidden/],
    ['create', 'dryRun=Some', 'Invalid', /CreateOptions.*dryRun: Unsupported value: "Some": supported values: "All"/],
    ['patch', 'fieldValidation=strict', 'Invalid', /PatchOptions.*fieldValidation: Unsupported value: "strict"/],
    ['create', `fieldManager=${'m'.repeat(129)}`, 'Invalid', /fieldManager: Too long: may not be more than 128 bytes/],
    ['create', 'fieldManager=a%0Ab', 'Invalid', /fieldManager: Invalid value: "a\\nb": should only contain printable/],
    ['delete', 'propagationPolicy=Later', 'Invalid', /propagationPolicy: Unsupported value: "Later"/],
    ['list', 'resourceVersionMatch=Exact', 'Invalid', /forbidden unless resourceVersion is provided/],
    ['list', 'resourceVersionMatch=Exact&resourceVersion=0', 'Invalid', /forbidden for resourceVersion "0"/],
    ['list', 'resourceVersionMatch=Exact&resourceVersion=5&continue=x', 'Invalid', /when continue is provided/],
    ['list', 'resourceVersionMatch=Roughly&resourceVersion=5', 'Invalid', /Unsupported value: "Roughly"/],
    ['list', 'sendInitialEvents=true', 'Invalid', /sendInitialEvents is forbidden for list/],
    ['watch', 'sendInitialEvents=true', 'Invalid', /requires setting resourceVersionMatch to NotOlderThan/],
    ['watch', 'resourceVersionMatch=NotOlderThan', 'Invalid', /unless sendInitialEvents is provided/],
  ])('%s ?%s', (verb, query, reason, message) => {
    const refusal = refusalOf(() => parseQuery(`/x?${query}`, verb));

    expect(refusal?.reason).toBe(reason);
    expect(refusal?.message).toMatch(message);
  });
});

const refusalOf = (act: () => unknown) => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof RefusalError) return error.refusal;
    throw error;
  }
};
