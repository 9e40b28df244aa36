/**
 * Lists of all objects, page by page, for services that keep their own copy. The names are fixed with the first page;
 * what is created later comes to its reader by the log. A page that is asked again is the same page.
 */
import type { Answer } from '@holdfast/command-client';
import { parseKeyText, spliceVersion } from '@holdfast/contracts';

import type { StoreState } from '../state/store-state.js';
import { jsonArray, refusalAnswer } from './answers.js';
import { endOf } from './reads.js';
import { listIsGone } from './refusals.js';

const PAGE_OBJECTS = 1_000;
const PAGE_BYTES = 1024 * 1024;
const KEPT_LISTS = 16;

export class Listings {
  private readonly names = new Map<string, readonly string[]>();
  private begun = 0;

  /** `mark` tells this transactor's lists from those of another. */
  constructor(private readonly mark: string) {}

  page(state: StoreState, after: string | undefined): Answer {
    if (after === undefined) return this.pageFrom(state, this.begin(state), 0);
    const [list = '', offset = ''] = after.split('#');
    return this.names.has(list) ? this.pageFrom(state, list, Number(offset)) : refusalAnswer(listIsGone());
  }

  private begin(state: StoreState): string {
    this.begun += 1;
    const list = `${this.mark}-${this.begun}`;
    this.names.set(list, [...state.table.names()]);
    for (const oldest of this.names.keys()) {
      if (this.names.size <= KEPT_LISTS) break;
      this.names.delete(oldest);
    }
    return list;
  }

  private pageFrom(state: StoreState, list: string, offset: number): Answer {
    const names = this.names.get(list) ?? [];
    const objects: Buffer[] = [];
    const resources: string[] = [];
    let bytes = 0;
    let at = offset;
    for (; at < names.length && objects.length < PAGE_OBJECTS && bytes < PAGE_BYTES; at++) {
      const name = names[at] ?? '';
      const found = state.table.bytes(name);
      if (found === undefined) continue;
      objects.push(spliceVersion(found.bytes, found.version));
      resources.push(parseKeyText(name).resource);
      bytes += found.bytes.length;
    }
    const next = at < names.length ? { next: `${list}#${at}` } : {};
    return {
      reply: { status: 'ok', version: endOf(state), outcome: 'read', resources, ...next },
      body: jsonArray(objects),
    };
  }
}
