/** Commits for tests of what carries them; what they say is not looked at. */
import { encodeCommit } from '@holdfast/contracts';
import type { CommitHeader, NewEvent } from '@holdfast/contracts';

export interface TestCommit {
  readonly id: string;
  readonly data: Buffer;
}

/** A commit with this id that creates the named objects, all in one command. */
export const testCommit = (
  id: string,
  names: readonly string[] = ['web-1'],
  header: Partial<CommitHeader> = {},
): TestCommit => ({
  id,
  data: encodeCommit(
    {
      schema: 1,
      id,
      epoch: 1,
      instance: 'test',
      time: '2026-01-01T10:00:00.000Z',
      commands: [
        { id: `${id}-command`, events: names.length, actor: 'tester', requestID: `${id}-request`, correlationID: id },
      ],
      ...header,
    },
    names.map(created),
  ),
});

const created = (name: string): NewEvent => ({
  record: {
    type: 'created',
    group: '',
    resource: 'configmaps',
    namespace: 'default',
    name,
    uid: `uid-of-${name}`,
    kind: 'ConfigMap',
    apiVersion: 'v1',
    changed: [''],
  },
  object: Buffer.from(
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: {} }),
  ),
});
