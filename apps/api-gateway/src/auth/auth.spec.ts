import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { Authenticator } from './authenticator.js';
import { authorizePath, authorizeResource } from './authorize.js';
import { hashToken, parseTokenFile } from './token-file.js';

const silent = { info: () => undefined, error: () => undefined };
const alice = { name: 'alice', uid: 'u1', groups: ['dev', 'system:authenticated'] };
const admin = { name: 'admin', uid: '0', groups: ['system:masters', 'system:authenticated'] };

describe('a token file', () => {
  it('names users and their groups, each an authenticated one', () => {
    const users = parseTokenFile(
      't1,alice,u1,"dev, ops"\n\n# nobody\nt2,bob,u2\nt3,"the ""boss""",u3,system:masters\r\n',
    );

    expect(users.get(hashToken('t1'))?.groups).toEqual(['dev', 'ops', 'system:authenticated']);
    expect(users.get(hashToken('t2'))).toEqual({ name: 'bob', uid: 'u2', groups: ['system:authenticated'] });
    expect(users.get(hashToken('t3'))?.name).toBe('the "boss"');
  });

  it.each(['t1,alice', ',alice,u1', 't1,,u1', 't1,alice,u1,"dev'])('%s is refused with its line', (line) => {
    expect(() => parseTokenFile(`t0,bob,u0\n${line}\n`)).toThrow(/line 2/);
  });
});

describe('authentication', () => {
  let folder: string;
  let file: string;
  let authenticator: Authenticator | undefined;

  beforeEach(() => {
    jest.useFakeTimers();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-tokens-'));
    file = join(folder, 'tokens');
    writeFileSync(file, 't1,alice,u1,dev\n');
    authenticator = new Authenticator(file, silent);
  });

  afterEach(() => {
    authenticator?.close();
    jest.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['Bearer t1', 'bearer t1', 'Bearer  t1 '])('%j is alice', (header) => {
    expect(authenticator?.authenticate(header)).toEqual(alice);
  });

  it('no header is nobody', () => {
    expect(authenticator?.authenticate(undefined)).toBeUndefined();
  });

  it.each(['Bearer t2', 'Bearer', 'Bearer ', 'Basic t1', 't1', ''])('%j is refused', (header) => {
    expect(() => authenticator?.authenticate(header)).toThrow('Unauthorized');
  });

  it('a changed file counts', () => {
    writeFileSync(`${file}.new`, 't2,bob,u2\n');
    renameSync(`${file}.new`, file);
    jest.advanceTimersByTime(1_000);

    expect(authenticator?.authenticate('Bearer t2')?.name).toBe('bob');
    expect(() => authenticator?.authenticate('Bearer t1')).toThrow('Unauthorized');
  });

  it('a file that broke or vanished leaves the tokens as they were', () => {
    writeFileSync(file, 'broken\n');
    jest.advanceTimersByTime(1_000);
    expect(authenticator?.authenticate('Bearer t1')?.name).toBe('alice');

    rmSync(file);
    jest.advanceTimersByTime(1_000);
    expect(authenticator?.authenticate('Bearer t1')?.name).toBe('alice');
  });
});

describe('authorization', () => {
  const getRack = {
    group: 'inventory.holdfast.dev',
    resource: 'racks',
    subresource: '',
    namespace: 'default',
    name: 'rack-01',
  };

  it('lets masters do everything', () => {
    expect(() => authorizeResource(admin, 'get', getRack)).not.toThrow();
    expect(() => authorizePath(admin, 'get', '/metrics')).not.toThrow();
  });

  it('refuses everybody else in the words that clients know', () => {
    expect(() => authorizeResource(alice, 'get', getRack)).toThrow(
      'racks.inventory.holdfast.dev "rack-01" is forbidden: User "alice" cannot get resource "racks" in API group "inventory.holdfast.dev" in the namespace "default"',
    );
    expect(() =>
      authorizeResource(alice, 'get', {
        ...getRack,
        group: '',
        resource: 'namespaces',
        subresource: 'status',
        namespace: '',
      }),
    ).toThrow(
      'namespaces "rack-01" is forbidden: User "alice" cannot get resource "namespaces/status" in API group "" at the cluster scope',
    );
    expect(() => authorizePath(alice, 'get', '/metrics')).toThrow('forbidden: User "alice" cannot get path "/metrics"');
  });

  it.each(['/api', '/api/v1', '/apis', '/apis/shop.dev/v1', '/openapi/v3', '/version', '/readyz'])(
    'lets everybody read %s',
    (path) => {
      expect(() => authorizePath(alice, 'get', path)).not.toThrow();
    },
  );
});
