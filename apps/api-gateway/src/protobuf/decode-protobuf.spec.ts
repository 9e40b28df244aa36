import { describe, expect, it } from '@jest/globals';

import { decodeProtobuf } from './decode-protobuf.js';

/** Bodies as kubectl 1.32 sends them. */
const golden = {
  namespace:
    '6b3873000a0f0a02763112094e616d657370616365121c0a140a0473686f7012001a0022002a0032003800420012001a020a001a002200',
  configMap:
    '6b3873000a0f0a0276311209436f6e6669674d617012360a180a046d656e7512001a0473686f7022002a0032003800420012090a05656d7074791200120f0a0a6d6172676865726974611201371a002200',
  accessReview:
    '6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374416363657373526576696577123c0a100a0012001a0022002a00320038004200121e0a1c0a0764656661756c7412036765741a0022002a04706f647332003a001a08080012001a0020001a002200',
  rulesReview:
    '6b3873000a310a17617574686f72697a6174696f6e2e6b38732e696f2f7631121653656c665375626a65637452756c657352657669657712230a100a0012001a0022002a0032003800420012090a0764656661756c741a04180022001a002200',
  selfReview:
    '6b3873000a2d0a1861757468656e7469636174696f6e2e6b38732e696f2f7631121153656c665375626a656374526576696577121a0a100a0012001a0022002a0032003800420012060a040a0012001a002200',
};

const fromHex = (hex: string) => decodeProtobuf(Buffer.from(hex, 'hex'));

describe('a protobuf body', () => {
  it('of a namespace holds its name', () => {
    expect(fromHex(golden.namespace)).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  });

  it('of a config map holds its data, empty values too', () => {
    expect(fromHex(golden.configMap)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'menu', namespace: 'shop' },
      data: { empty: '', margherita: '7' },
    });
  });

  it('of an access review holds the question and no answer', () => {
    expect(fromHex(golden.accessReview)).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'pods' } },
    });
  });

  it('of the other reviews is read as well', () => {
    expect(fromHex(golden.rulesReview)).toMatchObject({ spec: { namespace: 'default' } });
    expect(fromHex(golden.selfReview)).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });
  });

  it('of a lease keeps its times to the microsecond and its zeros', () => {
    const spec = message([1, 'me'], [2, 15], [3, message([1, 1_780_000_000], [2, 123_456_789])], [5, 0]);
    const body = envelope('coordination.k8s.io/v1', 'Lease', message([1, message([1, 'lock'])], [2, spec]));

    expect(decodeProtobuf(body)).toEqual({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'lock' },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: '2026-05-28T20:26:40.123456Z',
        leaseTransitions: 0,
      },
    });
  });

  it('of an event keeps references, counts and whole seconds, and drops what is zero', () => {
    const event = message(
      [1, message([1, 'e.1'], [3, 'default'], [8, message()])],
      [2, message([1, 'Rack'], [2, ''], [3, 'rack-01'])],
      [3, 'Created'],
      [6, message([1, 1_780_000_000], [2, 0])],
      [8, 3],
      [10, message()],
    );

    expect(decodeProtobuf(envelope('v1', 'Event', event))).toEqual({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e.1', namespace: 'default' },
      involvedObject: { kind: 'Rack', name: 'rack-01' },
      reason: 'Created',
      firstTimestamp: '2026-05-28T20:26:40Z',
      count: 3,
    });
  });

  it('of delete options may come under any version, and tells zero from nothing', () => {
    const options = message([1, 0], [2, message([1, 'u-1'])], [3, 0], [4, 'Foreground'], [5, 'All']);

    expect(decodeProtobuf(envelope('shop.dev/v1', 'DeleteOptions', options))).toEqual({
      apiVersion: 'shop.dev/v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u-1' },
      orphanDependents: false,
      propagationPolicy: 'Foreground',
      dryRun: ['All'],
    });
  });

  it('skips fields it does not know', () => {
    const body = envelope('v1', 'Namespace', message([1, message([1, 'a'], [99, 'new'])], [98, 7]));
    expect(decodeProtobuf(body)).toEqual({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } });
  });

  it('takes __proto__ for a key like any other', () => {
    const data = message([1, '__proto__'], [2, 'x']);
    const decoded = decodeProtobuf(envelope('v1', 'ConfigMap', message([2, data])));
    expect(JSON.stringify(decoded)).toBe('{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"x"}}');
  });

  it.each<[string, Buffer]>([
    ['no magic', Buffer.from('{"kind":"Namespace"}')],
    ['nothing', Buffer.alloc(0)],
    ['a kind we do not know', envelope('apps/v1', 'Deployment', message())],
    ['a compressed object', Buffer.concat([envelope('v1', 'Namespace', message()), message([3, 'gzip'])])],
    ['a string that is not UTF-8', envelope('v1', 'Namespace', message([1, message([1, Buffer.from([0xff])])]))],
    ['a number where a message belongs', envelope('v1', 'Namespace', message([1, 5]))],
  ])('with %s is refused', (_, body) => {
    expect(() => decodeProtobuf(body)).toThrow(expect.objectContaining({ name: 'ProtobufError' }));
  });

  it('that ends too early is refused, wherever it ends', () => {
    const whole = Buffer.from(golden.configMap, 'hex');
    const problems = new Set<string>();
    for (let end = 0; end < whole.length; end++) {
      try {
        decodeProtobuf(whole.subarray(0, end));
      } catch (error) {
        problems.add((error as Error).name);
      }
    }
    expect([...problems]).toEqual(['ProtobufError']);
  });
});

type Part = [number: number, value: number | string | Buffer];

function message(...parts: Part[]): Buffer {
  return Buffer.concat(
    parts.map(([number, value]) => {
      if (typeof value === 'number') return Buffer.concat([varint(number << 3), varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.from([...bytes, value]);
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const typeMeta = message([1, apiVersion], [2, kind]);
  return Buffer.concat([Buffer.from('k8s\0'), message([1, typeMeta], [2, raw])]);
}
