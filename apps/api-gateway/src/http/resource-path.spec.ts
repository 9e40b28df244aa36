import { describe, expect, it } from '@jest/globals';
import { RefusalError } from '@holdfast/kernel';

import { parseResourcePath } from './resource-path.js';

const path = (given: Partial<ReturnType<typeof parseResourcePath>>) => ({
  group: '',
  version: 'v1',
  namespace: '',
  resource: '',
  name: '',
  subresource: '',
  ...given,
});

describe('a resource path', () => {
  it.each([
    ['/api/v1/namespaces', path({ resource: 'namespaces' })],
    ['/api/v1/namespaces/', path({ resource: 'namespaces' })],
    ['/api/v1/namespaces/a', path({ resource: 'namespaces', name: 'a' })],
    ['/api/v1/namespaces/a/status', path({ resource: 'namespaces', name: 'a', subresource: 'status' })],
    ['/api/v1/namespaces/a/finalize', path({ resource: 'namespaces', name: 'a', subresource: 'finalize' })],
    ['/api/v1/namespaces/a/why', path({ resource: 'namespaces', name: 'a', subresource: 'why' })],
    ['/api/v1/namespaces/a/history', path({ resource: 'namespaces', name: 'a', subresource: 'history' })],
    ['/api/v1/namespaces/a/configmaps', path({ resource: 'configmaps', namespace: 'a' })],
    ['/api/v1/namespaces/a/configmaps/b', path({ resource: 'configmaps', namespace: 'a', name: 'b' })],
    ['/api/v1/configmaps', path({ resource: 'configmaps' })],
    ['/apis/shop.dev/v1/pizzas', path({ group: 'shop.dev', resource: 'pizzas' })],
    [
      '/apis/shop.dev/v1/pizzas/a/status',
      path({ group: 'shop.dev', resource: 'pizzas', name: 'a', subresource: 'status' }),
    ],
    [
      '/apis/shop.dev/v1/namespaces/a/pizzas/b/status',
      path({ group: 'shop.dev', namespace: 'a', resource: 'pizzas', name: 'b', subresource: 'status' }),
    ],
    ['/apis/shop.dev/v1/namespaces/a/status', path({ group: 'shop.dev', namespace: 'a', resource: 'status' })],
    ['/apis/rbac.dev/v1/roles/system%3Aadmin', path({ group: 'rbac.dev', resource: 'roles', name: 'system:admin' })],
  ])('%s', (given, expected) => {
    expect(parseResourcePath(given)).toEqual(expected);
  });

  it.each([
    ['/api/v1/configmaps//a', 'NotFound'],
    ['/api/v1//', 'NotFound'],
    ['/apis//v1/pizzas', 'NotFound'],
    ['/apis/shop.dev/v1/namespaces//pizzas', 'NotFound'],
    ['/api/v1/namespaces/a/configmaps/b/status/more', 'NotFound'],
    ['/api/v1/namespaces/a/configmaps/b%2Fc', 'BadRequest'],
    ['/api/v1/namespaces/a/configmaps/%zz', 'BadRequest'],
    ['/api/v1/namespaces/a/configmaps/%ff', 'BadRequest'],
  ])('%s is refused as %s', (given, reason) => {
    expect(refusalOf(() => parseResourcePath(given))).toBe(reason);
  });
});

const refusalOf = (act: () => unknown): string => {
  try {
    return `no refusal but ${JSON.stringify(act())}`;
  } catch (error) {
    return error instanceof RefusalError ? error.refusal.reason : String(error);
  }
};
