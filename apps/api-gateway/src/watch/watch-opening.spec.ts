import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseQuery } from '../http/request-query.js';
import type { ResolvedRequest } from '../http/resolved-request.js';
import type { Freshness } from '../lists/freshness.js';
import { requestFor } from './gateway.fixtures.js';
import { openingOf } from './watch-opening.js';
import type { WatchOpening } from './watch-opening.js';

const HUB = 5_119;
const END = 6_143;

const request = (query: string): ResolvedRequest => ({
  ...requestFor('watch'),
  query: parseQuery(`/apis/fab.dev/v1/widgets?watch=true&${query}`, 'watch'),
});

describe('a watch', () => {
  let listed: Freshness[];
  let looks: number;

  const opening = (query: string): Promise<WatchOpening> =>
    openingOf(
      request(query),
      { labels: [], fields: [] },
      {
        hub: { position: HUB },
        confirmedEnd: async () => {
          looks += 1;
          return END;
        },
        reader: {
          list: async (_query, freshness) => {
            listed.push(freshness);
            return {
              at: HUB,
              checkpoint: { log: undefined, sequence: 4, boundary: HUB },
              pages: (async function* () {
                yield { objects: [], more: false };
              })(),
            };
          },
        },
      },
    );

  beforeEach(() => {
    listed = [];
    looks = 0;
  });

  it('from a version that the hub has seen begins there, and nobody is asked', async () => {
    expect(await opening('resourceVersion=2048')).toEqual({ is: 'events', after: 2048 });
    expect(looks).toBe(0);
  });

  it('from a version that the hub has not seen yet waits for it, if the log has it', async () => {
    expect(await opening('resourceVersion=6000')).toEqual({ is: 'events', after: 6000 });
    expect(await opening('resourceVersion=6144')).toEqual({ is: 'beyond', version: 6144, end: END });
  });

  it.each([
    ['', { is: 'newest' }],
    ['resourceVersion=0', { is: 'any' }],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', { is: 'newest' }],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=0', { is: 'any' }],
    [
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=2048',
      { is: 'notOlderThan', version: 2048 },
    ],
  ])('with %p begins with the objects that are there', async (query, freshness) => {
    expect(await opening(query)).toMatchObject({ is: 'state', after: HUB, marksEnd: false });
    expect(listed).toEqual([freshness]);
  });

  it('says where the initial objects end when it may send bookmarks', async () => {
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    expect(await opening(query)).toMatchObject({ is: 'state', marksEnd: true });
    expect(await opening('allowWatchBookmarks=true')).toMatchObject({ is: 'state', marksEnd: false });
  });

  it('without initial objects begins now', async () => {
    expect(await opening('sendInitialEvents=false&resourceVersionMatch=NotOlderThan')).toEqual({
      is: 'events',
      after: END,
    });
  });
});
