import { describe, expect, it } from '@jest/globals';

import { planFolder } from './plan-folder.js';
import type { Found } from './plan-folder.js';
import { conflictIn, layoutOf } from './site.js';

const LAYOUT = layoutOf([
  { path: 'index.html', content: 'hello' },
  { path: 'css/site.css', content: 'h1 {}' },
]);

const file = (path: string, content: string): Found => ({ kind: 'file', path, content: Buffer.from(content) });
const folder = (path: string): Found => ({ kind: 'folder', path });
const link = (path: string): Found => ({ kind: 'other', path });

const COMPLETE = [file('index.html', 'hello'), folder('css'), file('css/site.css', 'h1 {}')];

const plan = (found: readonly Found[]) => planFolder(found, LAYOUT).map(({ kind, path }) => `${kind} ${path}`);

describe('a folder', () => {
  it.each<[string, readonly Found[], readonly string[]]>([
    ['that is empty gets every file', [], ['write index.html', 'write css/site.css']],
    ['that is as declared is left alone', COMPLETE, []],
    ['gets a deleted file back', COMPLETE.slice(1), ['write index.html']],
    ['gets an edited file back', [file('index.html', 'HELLO'), ...COMPLETE.slice(1)], ['write index.html']],
    ['loses a stranger', [...COMPLETE, file('notes.txt', '')], ['remove notes.txt']],
    ['loses a folder of strangers', [...COMPLETE, folder('old')], ['remove old']],
    ['loses a link', [...COMPLETE, link('secrets')], ['remove secrets']],
    [
      'gets a file back that a link took the place of',
      [link('index.html'), ...COMPLETE.slice(1)],
      ['remove index.html', 'write index.html'],
    ],
    [
      'gets a file back that a folder took the place of',
      [folder('index.html'), ...COMPLETE.slice(1)],
      ['remove index.html', 'write index.html'],
    ],
    [
      'gets a folder back that a file took the place of',
      [file('index.html', 'hello'), file('css', '')],
      ['remove css', 'write css/site.css'],
    ],
  ])('%s', (_, found, actions) => {
    expect(plan(found)).toEqual(actions);
  });
});

describe('declared paths', () => {
  it('cannot be a file and a folder at once', () => {
    const files = ['docs', 'docs/about.html'].map((path) => ({ path, content: '' }));
    expect(conflictIn(layoutOf(files))).toBe('docs');
  });

  it('may share folders', () => {
    const files = ['docs/a.html', 'docs/b.html', 'docs/more/c.html'].map((path) => ({ path, content: '' }));
    expect(conflictIn(layoutOf(files))).toBeUndefined();
  });
});
