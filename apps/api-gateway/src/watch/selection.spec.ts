import { describe, expect, it } from '@jest/globals';
import { HubEvent } from './hub-event.js';
import { changeOf } from './selection.js';
import type { Selection } from './selection.js';
import { commit } from './watch.fixtures.js';
import type { TestEvent } from './watch.fixtures.js';

const everything: Selection = { key: '', namespace: '' };
const labelled: Selection = { ...everything, key: 'app=web', matches: ({ labels }) => labels['app'] === 'web' };
const red: Selection = { ...everything, key: 'color=red', matches: ({ fields }) => fields['spec.color'] === 'red' };
const named: Selection = { ...everything, key: 'w', matches: ({ fields }) => fields['metadata.name'] === 'w-1' };

const seenBy = (selection: Selection, event: Omit<TestEvent, 'name'> & { name?: string }): string => {
  const [stored] = commit(1, { name: 'w-1', ...event }).events;
  const change = changeOf(new HubEvent(stored as NonNullable<typeof stored>), selection);
  return change === undefined ? 'nothing' : change.left ? `${change.type} as it was` : change.type;
};

const web = { labels: { app: 'web' } };
const other = { labels: { app: 'db' } };
const wasWeb = { was: { labels: { app: 'web' } } };
const wasOther = { was: { labels: { app: 'db' } } };

describe('what an event means to a watcher', () => {
  it.each<[string, Selection, Omit<TestEvent, 'name'>, string]>([
    ['without a selector sees a new object as ADDED', everything, {}, 'ADDED'],
    ['without a selector sees a change as MODIFIED', everything, { type: 'specChanged', previous: 9 }, 'MODIFIED'],
    ['sees a requested deletion as MODIFIED', everything, { type: 'deletionRequested', previous: 9 }, 'MODIFIED'],
    ['sees a deletion as DELETED', everything, { type: 'deleted', previous: 9 }, 'DELETED'],

    ['with a selector sees a new object that matches', labelled, web, 'ADDED'],
    ['does not see a new object that does not match', labelled, other, 'nothing'],
    ['sees a change of what matches', labelled, { ...web, type: 'specChanged', previous: 9 }, 'MODIFIED'],
    ['does not see a change of what does not', labelled, { ...other, type: 'specChanged', previous: 9 }, 'nothing'],
    [
      'sees what begins to match as ADDED',
      labelled,
      { ...web, ...wasOther, type: 'metadataChanged', previous: 9 },
      'ADDED',
    ],
    [
      'sees what ceases to match as DELETED, as it was',
      labelled,
      { ...other, ...wasWeb, type: 'metadataChanged', previous: 9 },
      'DELETED as it was',
    ],
    ['sees the deletion of what matched', labelled, { ...web, type: 'deleted', previous: 9 }, 'DELETED'],
    ['does not see the deletion of what did not', labelled, { ...other, type: 'deleted', previous: 9 }, 'nothing'],
    [
      'sees the deletion of what matched until that very write',
      labelled,
      { ...other, ...wasWeb, type: 'deleted', previous: 9 },
      'DELETED',
    ],
    [
      'does not see the deletion of what matches only since that very write',
      labelled,
      { ...web, ...wasOther, type: 'deleted', previous: 9 },
      'nothing',
    ],

    ['selects by a field', red, { fields: { 'spec.color': 'red' } }, 'ADDED'],
    [
      'sees a field that ceases to match',
      red,
      {
        type: 'specChanged',
        previous: 9,
        fields: { 'spec.color': 'blue' },
        was: { fields: { 'spec.color': 'red' } },
      },
      'DELETED as it was',
    ],
    ['selects by name', named, { type: 'specChanged', previous: 9 }, 'MODIFIED'],
  ])('who %s', (_rule, selection, event, seen) => {
    expect(seenBy(selection, event)).toBe(seen);
  });

  it('does not reach a watcher of another namespace, or of another name', () => {
    expect(seenBy({ ...everything, namespace: 'other' }, {})).toBe('nothing');
    expect(seenBy(named, { name: 'w-2' })).toBe('nothing');
  });
});
