import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@holdfast/kernel';
import { causeText } from '../refusal/causes.js';
import { dns1123Subdomain } from './grammar.js';
import { checkMetadata, checkName } from './metadata.js';

const complaints = (metadata: JsonObject): string[] => checkMetadata(metadata).map(causeText);
const owner = (changes: JsonObject = {}): JsonObject => ({
  apiVersion: 'inventory.holdfast.dev/v1',
  kind: 'Rack',
  name: 'rack-01',
  uid: 'u-1',
  ...changes,
});

describe('metadata', () => {
  it('in order is without complaint', () => {
    const metadata = {
      labels: { app: 'web', 'example.com/tier': '' },
      annotations: { 'Example.com/note': 'anything at all: ä\n' },
      finalizers: ['holdfast.dev/cleanup', 'orphan'],
      ownerReferences: [owner({ controller: true }), owner({ uid: 'u-2' })],
    };
    expect(complaints(metadata)).toEqual([]);
  });

  it.each<[string, JsonObject, string]>([
    ['a label key', { labels: { 'a b': 'x' } }, 'metadata.labels: Invalid value: "a b": name part must consist of'],
    ['a label value', { labels: { a: 'x y' } }, 'metadata.labels: Invalid value: "x y": a valid label must be'],
    ['an annotation key', { annotations: { '/a': '' } }, 'metadata.annotations: Invalid value: "/a": prefix part must'],
    ['a finalizer', { finalizers: ['a/b/c'] }, 'metadata.finalizers: Invalid value: "a/b/c": a qualified name must'],
    [
      'contradicting finalizers',
      { finalizers: ['orphan', 'foregroundDeletion'] },
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [
      'an owner without uid',
      { ownerReferences: [owner(), owner({ uid: '' })] },
      'metadata.ownerReferences[1].uid: Invalid value: "": must not be empty',
    ],
    [
      'an owner of a version that cannot be',
      { ownerReferences: [owner({ apiVersion: 'a/b/c' })] },
      'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": version must not be empty',
    ],
    [
      'an Event as owner',
      { ownerReferences: [owner({ apiVersion: 'v1', kind: 'Event' })] },
      'metadata.ownerReferences[0]: Forbidden: /v1, Kind=Event is disallowed from being an owner',
    ],
  ])('%s that is wrong is refused', (_what, metadata, expected) => {
    expect(complaints(metadata)).toEqual([expect.stringContaining(expected)]);
  });

  it('has one controller at most', () => {
    const owners = [owner({ controller: true }), owner({ name: 'rack-02', controller: true })];
    expect(complaints({ ownerReferences: owners })).toEqual([
      expect.stringContaining('Found "true" in references for Rack/rack-01 and Rack/rack-02'),
    ]);
  });

  it('annotations may be 256 KiB together, and not a byte more', () => {
    const filled = (bytes: number): JsonObject => ({ annotations: { a: 'x'.repeat(bytes - 1) } });
    expect(complaints(filled(262_144))).toEqual([]);
    expect(complaints(filled(262_145))).toEqual(['metadata.annotations: Too long: may not be more than 262144 bytes']);
  });
});

describe('a name', () => {
  it('must be there', () => {
    expect(checkName('metadata.name', '', dns1123Subdomain).map(causeText)).toEqual([
      'metadata.name: Required value: name or generateName is required',
    ]);
  });

  it('may have 253 characters and not 254', () => {
    expect(checkName('metadata.name', 'a'.repeat(253), dns1123Subdomain)).toEqual([]);
    expect(checkName('metadata.name', 'a'.repeat(254), dns1123Subdomain)).toHaveLength(1);
  });
});
