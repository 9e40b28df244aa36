/** One command decided aside: asks for what it needs to know, decides, and tells what it rests on. */
import type { Fence, Target } from '@holdfast/contracts';
import { isJsonObject } from '@holdfast/kernel';

import { decideCommand } from '../transactor/decide-command.js';
import type { DecisionGrounds, WriteRequest } from '../transactor/decide-command.js';
import type { Verdict } from '../transactor/verdict.js';
import type { Facts, Needs, Reads } from './facts.js';
import { MissingFacts, RecordedState } from './recorded-state.js';
import type { KnownKinds } from './recorded-state.js';
import { needsOfTarget } from './tell-facts.js';

export interface AsideCommand {
  readonly request: WriteRequest;
  readonly body: Uint8Array;
  readonly fence?: Fence;
  readonly now: number;
}

export type AsideStep =
  | { readonly kind: 'needs'; readonly needs: Needs }
  | { readonly kind: 'decided'; readonly verdict: Verdict; readonly reads: Reads };

export class AsideJob {
  private readonly state: RecordedState;

  constructor(
    private readonly command: AsideCommand,
    known: KnownKinds,
    private readonly grounds: DecisionGrounds,
  ) {
    this.state = new RecordedState(known);
  }

  /** What to ask for first, so that deciding is not begun in vain. */
  begin(): AsideStep {
    const { request, fence } = this.command;
    const targets =
      request.verb === 'transact' ? operationTargets(this.body()) : [namedTarget(request.target, this.body())];
    const needs = mergeNeeds(targets.map(needsOfTarget));
    return {
      kind: 'needs',
      needs: fence === undefined ? needs : { ...needs, objects: [...needs.objects, fence.lock] },
    };
  }

  /** Goes on with what is known now. */
  learn(facts: Facts): AsideStep {
    this.state.learn(facts);
    const { request, fence, now } = this.command;
    try {
      const toDecide = { request, body: this.body(), ...(fence === undefined ? {} : { fence }) };
      const verdict = decideCommand(this.state, toDecide, { now: new Date(now), ...this.grounds });
      return { kind: 'decided', verdict: withoutObjects(verdict), reads: this.state.reads };
    } catch (error) {
      if (error instanceof MissingFacts) return { kind: 'needs', needs: error.needs };
      throw error;
    }
  }

  private body(): Buffer {
    const { buffer, byteOffset, byteLength } = this.command.body;
    return Buffer.from(buffer, byteOffset, byteLength);
  }
}

const parsedOrNothing = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Deciding will say what is wrong with it.
    return undefined;
  }
};

const namedTarget = (target: Target, body: Buffer): Target =>
  target.name === '' ? { ...target, name: nameIn(parsedOrNothing(body)) } : target;

const operationTargets = (body: Buffer): Target[] => {
  const operations = parsedOrNothing(body);
  if (!Array.isArray(operations)) return [];
  return operations
    .filter(isOperation)
    .map(({ target, body: object }) => (target.name === '' ? { ...target, name: nameIn(object) } : target));
};

const isOperation = (value: unknown): value is { readonly target: Target; readonly body?: unknown } =>
  isJsonObject(value) && isJsonObject(value['target']) && typeof value['target']['resource'] === 'string';

const nameIn = (object: unknown): string => {
  const metadata = isJsonObject(object) ? object['metadata'] : undefined;
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
};

const mergeNeeds = (all: readonly Needs[]): Needs => ({
  objects: [...new Set(all.flatMap(({ objects }) => objects))],
  kinds: [
    ...new Map(all.flatMap(({ kinds }) => kinds).map((kind) => [`${kind.resource}.${kind.group}`, kind])).values(),
  ],
  groups: [],
});

/** Parsed objects are not worth carrying to another thread; their bytes go. */
const withoutObjects = (verdict: Verdict): Verdict =>
  verdict.kind === 'refused'
    ? verdict
    : { ...verdict, events: verdict.events.map(({ record, bytes }) => ({ record, bytes })) };
