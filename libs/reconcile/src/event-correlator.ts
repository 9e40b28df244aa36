/**
 * Keeps Events few: what repeats is counted, what only differs in its message is combined, and what floods is dropped.
 * The rules and figures are those of client-go's event recorder.
 *
 *   observation ──► seen with this message? ──► count it up
 *       │  └► the tenth like it within 10 minutes? ──► one Event stands for all that follow
 *       └► more than 25 about one object, and no new allowance yet? ──► dropped
 */
import type { ObjectKey } from '@holdfast/contracts';
import { keyText } from '@holdfast/contracts';

export interface EventObservation {
  readonly controller: string;
  /** The object that it is about. */
  readonly key: ObjectKey;
  readonly uid: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What to write: a new Event, or a higher count in one that exists. */
export type EventWrite =
  | { readonly kind: 'create'; readonly name: string; readonly message: string; readonly at: Date }
  | {
      readonly kind: 'count';
      readonly name: string;
      readonly message: string;
      readonly count: number;
      readonly first: Date;
      readonly at: Date;
    };

const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW_MS = 600_000;
const BURST = 25;
const ALLOWANCE_MS = 300_000;
const REMEMBERED = 4_096;

interface Similar {
  readonly messages: ReadonlySet<string>;
  readonly at: number;
}
interface Known {
  readonly name: string;
  readonly first: Date;
  readonly count: number;
}
interface Allowance {
  readonly tokens: number;
  readonly at: number;
}

export class EventCorrelator {
  private readonly similar = new Recent<Similar>();
  private readonly known = new Recent<Known>();
  private readonly allowances = new Recent<Allowance>();

  /** What to write of this observation; undefined when it floods. `newId` gives hexadecimal names that nobody else has. */
  observe(observation: EventObservation, now: Date, newId: () => string): EventWrite | undefined {
    const { message, isCombined } = this.combine(observation, now.getTime());
    if (!this.allows(observation, now.getTime())) return undefined;
    const text = JSON.stringify([...groupOf(observation), isCombined ? COMBINED : message]);
    const known = this.known.get(text);
    const next: Known =
      known === undefined
        ? { name: eventName(observation.key.name, newId()), first: now, count: 1 }
        : { ...known, count: known.count + 1 };
    this.known.set(text, next);
    if (known === undefined) return { kind: 'create', name: next.name, message, at: now };
    return { kind: 'count', name: next.name, message, count: next.count, first: next.first, at: now };
  }

  private combine(observation: EventObservation, now: number): { message: string; isCombined: boolean } {
    const text = JSON.stringify(groupOf(observation));
    const before = this.similar.get(text);
    const isRecent = before !== undefined && now - before.at <= SIMILAR_WINDOW_MS;
    const messages = new Set(isRecent ? before.messages : []);
    messages.add(observation.message);
    const isCombined = messages.size >= SIMILAR_LIMIT;
    if (messages.size > SIMILAR_LIMIT) messages.delete(messages.values().next().value as string);
    this.similar.set(text, { messages, at: now });
    return { message: isCombined ? `${COMBINED}${observation.message}` : observation.message, isCombined };
  }

  private allows({ controller, key }: EventObservation, now: number): boolean {
    const text = `${controller} ${keyText(key)}`;
    const { tokens, at } = this.allowances.get(text) ?? { tokens: BURST, at: now };
    const available = Math.min(BURST, tokens + (now - at) / ALLOWANCE_MS);
    const allowed = available >= 1;
    this.allowances.set(text, { tokens: allowed ? available - 1 : available, at: now });
    return allowed;
  }
}

const COMBINED = '(combined from similar events): ';

const groupOf = ({ controller, key, uid, type, reason }: EventObservation): readonly string[] => [
  controller,
  keyText(key),
  uid,
  type,
  reason,
];

/** `<object>.<hexadecimal>`, cut so that it stays a name. */
const eventName = (name: string, id: string): string => `${name.slice(0, 200)}.${id.replace(/[^0-9a-f]/g, '')}`;

/** A map of the entries that were set last. */
class Recent<V> {
  private readonly entries = new Map<string, V>();

  get(key: string): V | undefined {
    return this.entries.get(key);
  }

  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > REMEMBERED) this.entries.delete(this.entries.keys().next().value as string);
  }
}
